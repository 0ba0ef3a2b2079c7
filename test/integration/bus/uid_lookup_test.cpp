// SPDX-License-Identifier: Apache-2.0
#include "bus/connection.hpp"
#include "bus/uid_lookup.hpp"
#include "fixture.hpp"

#include <gmock/gmock.h>

#include <unistd.h>

namespace healer::test {

namespace {

class BusUidLookup : public BusFixture {
protected:
    void SetUp() override {
        bus_.start();
        auto opened = bus::Connection::open(loop_, {bus::BusMode::Kind::address, bus_.address()},
                                            [](const std::string&) {});
        ASSERT_TRUE(opened.ok());
        connection_ = std::move(opened).value();
        self_ = connection_->raw().getUniqueName();
    }

    std::unique_ptr<bus::Connection> connection_;
    std::string self_;
};

TEST_F(BusUidLookup, KnowsWhoIsThere) {
    bus::UidLookup lookup(*connection_);
    std::vector<core::Result<uid_t>> found;
    const auto note = [&found](const core::Result<uid_t>& uid) { found.push_back(uid); };
    lookup.find(self_, note);
    lookup.find(":1.999", note);
    ASSERT_TRUE(runUntil([&] { return found.size() == 2; }));
    EXPECT_EQ(*found[0], geteuid());
    EXPECT_EQ(found[1].error().kind, core::ErrorKind::accessDenied);
}

TEST_F(BusUidLookup, FloodOfOneCallerIsRefusedAndOthersAreNot) {
    bus::UidLookup lookup(*connection_, 3);
    bus_.freeze();
    int busy = 0;
    int found = 0;
    const auto note = [&](const core::Result<uid_t>& uid) {
        found += uid ? 1 : 0;
        busy += !uid && uid.error().kind == core::ErrorKind::busy ? 1 : 0;
    };
    for (int i = 0; i < 10; ++i) {
        lookup.find(self_, note);
    }
    EXPECT_EQ(busy, 7);
    int others = 0;
    lookup.find("org.freedesktop.DBus", [&](const core::Result<uid_t>& uid) { others += uid ? 1 : 0; });
    bus_.thaw();
    ASSERT_TRUE(runUntil([&] { return found == 3 && others == 1; }));
    lookup.find(self_, note);
    ASSERT_TRUE(runUntil([&] { return found == 4; })) << "the flood is over";
    EXPECT_EQ(busy, 7);
}

} // namespace

} // namespace healer::test
