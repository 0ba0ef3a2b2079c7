// SPDX-License-Identifier: Apache-2.0
#include "config/exposure.hpp"

#include "unit/config/fixture.hpp"

#include <gmock/gmock.h>

namespace healer::config {
namespace {

FileFacts directory(mode_t permissions, uid_t owner = 0) {
    return {FileKind::directory, permissions, owner, {}};
}
FileFacts file(mode_t permissions, uid_t owner = 0) {
    return {FileKind::regular, permissions, owner, {}};
}
FileFacts link(const std::string& target, uid_t owner = 0) {
    return {FileKind::symlink, 0777, owner, target};
}

class Exposure : public testing::Test {
protected:
    Exposure() {
        files.set("/tmp", directory(01777));
        files.set("/opt", directory(0755));
        files.set("/home", directory(0755));
        files.set("/home/bob", directory(0755, 1000));
    }
    FakeFiles files;
};

TEST_F(Exposure, RootsOwnFilesAreSafe) {
    EXPECT_EQ(exposure("/opt/x", files), std::nullopt);
    EXPECT_EQ(exposure("/opt//./../opt/x", files), std::nullopt);
}

TEST_F(Exposure, ASecretFolderOfAnotherUserIsNot) {
    EXPECT_EQ(exposure("/home/bob/x", files), "/home/bob belongs to UID 1000, not to root");
    EXPECT_EQ(exposure("/home/bob/../../opt/x", files), "/home/bob belongs to UID 1000, not to root");
}

TEST_F(Exposure, RootsOwnEntriesInAStickyDirectoryAreSafe) {
    EXPECT_EQ(exposure("/tmp/x", files), std::nullopt);
    files.set("/tmp/x", file(0644, 1000));
    EXPECT_EQ(exposure("/tmp/x", files), "/tmp/x belongs to UID 1000, not to root");
    EXPECT_EQ(exposure("/tmp", files), "/tmp can be written by every user");
}

TEST_F(Exposure, LinksAreFollowedStepByStep) {
    files.set("/opt/x", link("/home/bob/x"));
    EXPECT_EQ(exposure("/opt/x", files), "/home/bob belongs to UID 1000, not to root");
    files.set("/opt/x", link("y"));
    files.set("/opt/y", file(0666));
    EXPECT_EQ(exposure("/opt/x", files), "/opt/y can be written by every user");
    files.set("/opt/y", file(0644));
    EXPECT_EQ(exposure("/opt/x", files), std::nullopt);
    files.set("/tmp/l", link("/opt/y", 1000));
    EXPECT_EQ(exposure("/tmp/l", files), "/tmp/l belongs to UID 1000, not to root");
}

TEST_F(Exposure, TheGroupOfRootIsRoot) {
    files.set("/opt", FileFacts{FileKind::directory, 0775, 0, {}, 0});
    EXPECT_EQ(exposure("/opt/x", files), std::nullopt);
    files.set("/opt", FileFacts{FileKind::directory, 0775, 0, {}, 50});
    EXPECT_EQ(exposure("/opt/x", files), "/opt can be written by its group");
    files.set("/opt", FileFacts{FileKind::directory, 0775, 0, {}, 0, true});
    EXPECT_EQ(exposure("/opt/x", files), "/opt can be written by those in its access control list");
}

TEST_F(Exposure, LinksInACircleEnd) {
    files.set("/opt/a", link("b"));
    files.set("/opt/b", link("a"));
    EXPECT_EQ(exposure("/opt/a", files), "/opt/a leads through too many symbolic links");
}

TEST_F(Exposure, WhatCannotBeInspectedIsNotSafe) {
    files.set("/opt/x", core::Error{"does not exist"});
    EXPECT_EQ(exposure("/opt/x", files), "/opt/x does not exist");
}

} // namespace
} // namespace healer::config
