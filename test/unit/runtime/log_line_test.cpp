// SPDX-License-Identifier: Apache-2.0
#include "runtime/log_hub.hpp"
#include "runtime/log_sinks.hpp"
#include "support/files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace healer::runtime {
namespace {

/// What stands behind time and level.
std::string shown(const std::string& message) {
    LogEntry entry;
    entry.message = message;
    const std::string line = plainLine(entry);
    const auto level = line.find("INFO  ");
    return level == std::string::npos ? line : line.substr(level + 6);
}

TEST(LogLine, ShowsWhatSteersATerminalAsEscapes) {
    EXPECT_EQ(shown("a\x1b[2Jb\r\x07\x7f"), "a\\x1b[2Jb\\x0d\\x07\\x7f");
    EXPECT_EQ(shown("\xc2\x9b"
                    "2J"),
              "\\xc2\\x9b2J")
        << "C1 control characters are two bytes in UTF-8";
    EXPECT_EQ(shown("\x9b[\xff\xc2"), "\\x9b[\\xff\\xc2") << "and one where it is no UTF-8";
    EXPECT_EQ(shown(std::string("a\0b", 3)), "a\\x00b");
}

TEST(LogLine, LeavesTextAlone) {
    EXPECT_EQ(shown("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x99\x82 \xc2\xa0"),
              "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x99\x82 \xc2\xa0");
}

TEST(LogLine, NoTextPassesForAnEntryOfItsOwn) {
    EXPECT_EQ(shown("web is down\n2026-01-01T00:00:00.000 ERROR forged"),
              "web is down\n    2026-01-01T00:00:00.000 ERROR forged");
}

/// As logrotate and administrators do it.
TEST(LogFile, GoesOnInANewFileWhenItWasMovedAway) {
    namespace fs = std::filesystem;
    const test::TemporaryFolder own;
    const fs::path file = own.path() / "healer.log";
    const fs::path moved = own.path() / "healer.log-20261126";
    auto sink = makeFileSink({.directory = own.path()});
    ASSERT_TRUE(sink.ok()) << sink.error().message;
    const auto write = [&](const char* message) { (*sink)->write({core::LogLevel::info, message}); };
    write("one");
    fs::rename(file, moved);
    write("two");
    EXPECT_EQ(test::readText(moved).find("two"), std::string::npos);
    EXPECT_NE(test::readText(file).find("two"), std::string::npos);
    fs::remove(file);
    write("three");
    EXPECT_NE(test::readText(file).find("three"), std::string::npos);
    fs::remove(file);
    (*sink)->reopen();
    EXPECT_TRUE(fs::exists(file)) << "on request without an entry";
    fs::rename(file, moved);
    std::ofstream(file) << "made by logrotate\n";
    write("four");
    EXPECT_EQ(test::readText(file).find("made by logrotate\n"), 0U);
    EXPECT_NE(test::readText(file).find("four"), std::string::npos);
}

TEST(LogFile, KeepsWhatIsOpenWhereNothingBetterIsToBeHad) {
    namespace fs = std::filesystem;
    const test::TemporaryFolder own;
    const fs::path file = own.path() / "healer.log";
    const fs::path moved = own.path() / "moved";
    auto sink = makeFileSink({.directory = own.path()});
    ASSERT_TRUE(sink.ok()) << sink.error().message;
    fs::rename(file, moved);
    fs::create_directory(file);
    (*sink)->write({core::LogLevel::info, "still here"});
    EXPECT_NE(test::readText(moved).find("still here"), std::string::npos);
}

TEST(LogFile, RotationReplacesNoFileOfOthers) {
    namespace fs = std::filesystem;
    const test::TemporaryFolder own;
    const fs::path& folder = own.path();
    const auto victim = folder / "victim";
    std::ofstream(victim) << "precious";
    fs::create_directory(folder / "logs");
    fs::create_symlink(victim, folder / "logs" / "healer.log.1");
    auto sink = makeFileSink({.directory = folder / "logs", .maxBytes = 100, .keep = 2});
    ASSERT_TRUE(sink.ok()) << sink.error().message;
    LogEntry entry;
    entry.message = std::string(80, 'x');
    for (int i = 0; i < 4; ++i) {
        (*sink)->write(entry);
    }
    EXPECT_EQ(test::readText(victim), "precious");
    EXPECT_FALSE(fs::is_symlink(folder / "logs" / "healer.log"));
    EXPECT_TRUE(fs::is_regular_file(folder / "logs" / "healer.log.1"));
    fs::remove(folder / "logs" / "healer.log");
    fs::create_hard_link(victim, folder / "logs" / "healer.log");
    EXPECT_FALSE(makeFileSink({.directory = folder / "logs"}).ok()) << "a file with two names";
}

} // namespace
} // namespace healer::runtime
