// SPDX-License-Identifier: Apache-2.0
#include "config/environment.hpp"

#include "config/system_users.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <system_error>
#include <utility>

namespace healer::config {
namespace {

FileKind kindOf(mode_t mode) {
    if (S_ISREG(mode)) {
        return FileKind::regular;
    }
    if (S_ISDIR(mode)) {
        return FileKind::directory;
    }
    return S_ISLNK(mode) ? FileKind::symlink : FileKind::other;
}

core::Error whyNot(int error) {
    if (error == ENOENT || error == ENOTDIR) {
        return {"does not exist"};
    }
    return {"cannot be inspected: " + std::generic_category().message(error)};
}

core::Result<FileFacts> look(const std::string& path, int flags) {
    struct stat status {};
    if (fstatat(AT_FDCWD, path.c_str(), &status, flags) != 0) {
        return whyNot(errno);
    }
    FileFacts facts{kindOf(status.st_mode), status.st_mode & 07777U, status.st_uid, {}};
    if (facts.kind == FileKind::symlink) {
        std::array<char, PATH_MAX> target{};
        const ssize_t length = readlink(path.c_str(), target.data(), target.size());
        if (length < 0) {
            return whyNot(errno);
        }
        facts.linkTarget.assign(target.data(), static_cast<std::size_t>(length));
    }
    return facts;
}

class SystemFiles : public FileProbe {
public:
    [[nodiscard]] core::Result<FileFacts> follow(const std::string& path) const override {
        return look(path, 0);
    }
    [[nodiscard]] core::Result<FileFacts> inspect(const std::string& path) const override {
        return look(path, AT_SYMLINK_NOFOLLOW);
    }
};

} // namespace

Environment systemEnvironment() {
    static const SystemFiles kFiles;
    return {systemUserById(geteuid(), getegid()), findSystemUser, &kFiles};
}

Environment rehearsalEnvironment() {
    Environment environment = systemEnvironment();
    environment.rehearses = true;
    environment.findUser = [](const std::string& name) -> core::Result<core::User> {
        constexpr uid_t kSomeUser = 65534;
        auto known = findSystemUser(name);
        return known ? std::move(known)
                     : core::User{name, kSomeUser, kSomeUser, {kSomeUser}, "/", "/usr/sbin/nologin"};
    };
    return environment;
}

} // namespace healer::config
