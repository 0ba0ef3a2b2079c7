// SPDX-License-Identifier: Apache-2.0
#include "config/remembering_environment.hpp"

#include <gtest/gtest.h>

namespace healer::config {
namespace {

FileFacts factsOf(FileKind kind) {
    FileFacts facts;
    facts.kind = kind;
    return facts;
}

class CountingFiles final : public FileProbe {
public:
    [[nodiscard]] core::Result<FileFacts> follow(const std::string& path) const override {
        ++asked;
        return path == "/there" ? core::Result<FileFacts>(factsOf(FileKind::regular))
                                : core::Error{"does not exist"};
    }
    [[nodiscard]] core::Result<FileFacts> inspect(const std::string& /*path*/) const override {
        ++asked;
        return factsOf(FileKind::symlink);
    }
    mutable int asked = 0;
};

TEST(RememberingEnvironment, asksOnce) {
    const CountingFiles files;
    int lookups = 0;
    Environment system;
    system.files = &files;
    system.findUser = [&](const std::string& name) -> core::Result<core::User> {
        ++lookups;
        if (name != "web") {
            return core::Error{"no such user"};
        }
        core::User user;
        user.uid = 7;
        return user;
    };
    const RememberingEnvironment remembering(system);
    const Environment& environment = remembering.get();
    for (int time = 0; time < 2; ++time) {
        EXPECT_EQ(environment.findUser("web")->uid, 7U);
        EXPECT_EQ(environment.findUser("nobody").error().message, "no such user");
        EXPECT_EQ(environment.files->follow("/there")->kind, FileKind::regular);
        EXPECT_EQ(environment.files->follow("/elsewhere").error().message, "does not exist");
        EXPECT_EQ(environment.files->inspect("/there")->kind, FileKind::symlink);
        EXPECT_FALSE(environment.files->interpreter("/there"));
    }
    EXPECT_EQ(lookups, 2);
    EXPECT_EQ(files.asked, 3);
}

} // namespace
} // namespace healer::config
