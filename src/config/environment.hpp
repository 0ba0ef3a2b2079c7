// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "core/result.hpp"

#include <sys/types.h>

#include <functional>
#include <string>

/// What the configuration asks the machine, as an interface, so that the rules themselves stay free of I/O.
namespace healer::config {

enum class FileKind { regular, directory, symlink, other };

struct FileFacts {
    FileKind kind = FileKind::other;
    mode_t permissions = 0; ///< the low 12 bits of st_mode
    uid_t owner = 0;
    std::string linkTarget; ///< of a symlink
};

class FileProbe {
public:
    FileProbe() = default;
    FileProbe(const FileProbe&) = delete;
    FileProbe& operator=(const FileProbe&) = delete;
    virtual ~FileProbe() = default;

    /// What the path leads to, symlinks followed. The error says why not: "does not exist", "Permission
    /// denied".
    [[nodiscard]] virtual core::Result<FileFacts> follow(const std::string& path) const = 0;
    /// What stands at the path itself.
    [[nodiscard]] virtual core::Result<FileFacts> inspect(const std::string& path) const = 0;
};

/// The account of this name; the error says why there is none.
using UserLookup = std::function<core::Result<core::User>(const std::string& name)>;

struct Environment {
    core::User self; ///< the account that Healer runs as; UID 0 brings the stricter rules
    UserLookup findUser;
    const FileProbe* files = nullptr; ///< outlives this struct

    [[nodiscard]] bool isRoot() const { return self.uid == 0; }
};

/// The machine as it is: effective user, user database, file system.
[[nodiscard]] Environment systemEnvironment();

} // namespace healer::config
