// SPDX-License-Identifier: Apache-2.0
#include "healerctl/edge_finder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace healer::healerctl {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kTcp =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   105        0 501 1 x\n"
    "   1: 0100007F:1538 0100007F:A001 01 00000000:00000000 00:00000000 00000000   105        0 502 1 x\n"
    "   2: 0100007F:A001 0100007F:1538 01 00000000:00000000 00:00000000 00000000  1000        0 503 1 x\n"
    "   3: 0100007F:A002 01020304:1538 01 00000000:00000000 00:00000000 00000000  1000        0 504 1 x\n"
    "   garbage\n"
    "   4: 0100007F:A003 0100007F:1538 06 00000000:00000000 00:00000000 00000000  1000        0 505 1 x\n";

TEST(SocketTable, ReadsTcpLines) {
    const auto sockets = parseTcpTable(kTcp);
    ASSERT_EQ(sockets.size(), 5U);
    EXPECT_EQ(sockets[0].state, SocketState::listening);
    EXPECT_EQ(toText(sockets[0].local), "127.0.0.1:5432");
    EXPECT_EQ(sockets[0].inode, 501U);
    EXPECT_EQ(sockets[2].state, SocketState::connected);
    EXPECT_EQ(toText(sockets[2].remote), "127.0.0.1:5432");
    EXPECT_EQ(toText(sockets[3].remote), "4.3.2.1:5432");
    EXPECT_EQ(sockets[4].state, SocketState::other);
}

TEST(SocketTable, ReadsTcp6LinesAndMappedAddresses) {
    const auto sockets = parseTcpTable("   0: 00000000000000000000000001000000:0050 "
                                       "00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 7 1\n"
                                       "   1: 0000000000000000FFFF00000100007F:0050 "
                                       "0000000000000000FFFF00000100007F:A001 01 0:0 0:0 0 0 0 8 1\n");
    ASSERT_EQ(sockets.size(), 2U);
    EXPECT_EQ(toText(sockets[0].local), "[::1]:80");
    EXPECT_EQ(toText(sockets[1].local), "127.0.0.1:80");
    EXPECT_TRUE(isWildcard(sockets[0].remote.address));
}

TEST(SocketTable, ReadsUnixLines) {
    const auto sockets =
        parseUnixTable("Num       RefCount Protocol Flags    Type St Inode Path\n"
                       "0000000000000000: 00000002 00000000 00010000 0001 01 601 /run/db server.sock\n"
                       "0000000000000000: 00000003 00000000 00000000 0001 03 602\n"
                       "0000000000000000: 00000002 00000000 00010000 0001 01 603 @abstract\n"
                       "nonsense\n");
    ASSERT_EQ(sockets.size(), 3U);
    EXPECT_TRUE(sockets[0].listening);
    EXPECT_EQ(sockets[0].path, "/run/db server.sock");
    EXPECT_FALSE(sockets[1].listening);
    EXPECT_EQ(sockets[1].path, "");
    EXPECT_EQ(sockets[2].path, "@abstract");
}

class EdgeFinder : public ::testing::Test {
protected:
    EdgeFinder() { tables[1].tcp = parseTcpTable(kTcp); }

    std::map<std::uint64_t, NetworkTables> tables;
    std::vector<SocketHolder> holders{{"db", 20, 1, {501, 502}}, {"web", 12, 1, {503, 504}}};
};

TEST_F(EdgeFinder, TheClientNeedsTheOneThatListens) {
    EXPECT_THAT(
        findEdges(holders, tables),
        ElementsAre(SeenEdge{"web", "db", "web (PID 12) is connected to 127.0.0.1:5432, where db listens"}));
}

TEST_F(EdgeFinder, AWildcardServesEveryLocalAddress) {
    tables[1].tcp[0].local.address = "::";
    EXPECT_EQ(findEdges(holders, tables).size(), 1U);
    tables[1].tcp[0].local.address = "127.0.0.2";
    EXPECT_THAT(findEdges(holders, tables), IsEmpty());
}

TEST_F(EdgeFinder, ARemotePortOfTheSameNumberIsNobodyHere) {
    tables[1].tcp[0].local.address = "0.0.0.0";
    holders[1].inodes = {504};
    EXPECT_THAT(findEdges(holders, tables), IsEmpty());
}

TEST_F(EdgeFinder, AnotherNetworkIsAnotherMachine) {
    holders[1].network = 2;
    tables[2] = tables[1];
    EXPECT_THAT(findEdges(holders, tables), IsEmpty());
}

TEST_F(EdgeFinder, ConnectionsToItselfDoNotCount) {
    EXPECT_THAT(findEdges({{"db", 20, 1, {501, 502, 503}}}, tables), IsEmpty());
}

TEST_F(EdgeFinder, ASocketOfAFileSystemPathIsMatchedByItsPeer) {
    tables[1].local = {{true, "/run/db.sock", 601}, {false, "/run/db.sock", 602}, {false, "", 603}};
    tables[1].peers = {{602, 603}, {603, 602}};
    holders = {{"db", 20, 1, {601, 602}}, {"web", 12, 1, {603}}};
    EXPECT_THAT(
        findEdges(holders, tables),
        ElementsAre(SeenEdge{"web", "db", "web (PID 12) is connected to /run/db.sock, where db listens"}));
    holders[0].inodes = {602};
    EXPECT_THAT(findEdges(holders, tables), IsEmpty()) << "db itself does not listen";
}

} // namespace

} // namespace healer::healerctl
