// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "core/result.hpp"

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>

/// The system as the configuration needs it, behind an interface, so that the rules do no I/O.
namespace healer::config {

enum class FileKind { regular, directory, symlink, other };

struct FileFacts {
    FileKind kind = FileKind::other;
    mode_t permissions = 0; ///< the low 12 bits of st_mode
    uid_t owner = 0;
    std::string linkTarget; ///< of a symlink
    gid_t group = 0;
    bool accessList = false; ///< an access control list says more than the permissions
};

class FileProbe {
public:
    FileProbe() = default;
    FileProbe(const FileProbe&) = delete;
    FileProbe& operator=(const FileProbe&) = delete;
    virtual ~FileProbe() = default;

    /// The file that the path leads to, symbolic links followed. The error is the reason, such as "does not
    /// exist".
    [[nodiscard]] virtual core::Result<FileFacts> follow(const std::string& path) const = 0;
    /// The file at the path itself; a symbolic link is not followed.
    [[nodiscard]] virtual core::Result<FileFacts> inspect(const std::string& path) const = 0;
    /// The interpreter that the first line (#!) of a regular file names; nothing for other files.
    [[nodiscard]] virtual std::optional<std::string> interpreter(const std::string& /*path*/) const {
        return std::nullopt;
    }
};

/// The account with this name, or an error that says why there is none.
using UserLookup = std::function<core::Result<core::User>(const std::string& name)>;

struct Environment {
    core::User self; ///< the account that Healer runs as; stricter rules apply to UID 0
    UserLookup findUser;
    const FileProbe* files = nullptr; ///< outlives this struct
    /// Nothing will be started: programs, directories and users need not exist, nor may Healer need their
    /// rights.
    bool rehearses = false;
    /// The most that Healer may raise its limit of file descriptors to.
    std::uint64_t descriptorLimit = std::numeric_limits<std::uint64_t>::max();

    [[nodiscard]] bool isRoot() const { return self.uid == 0; }
};

/// This system: effective user, user database, file system.
[[nodiscard]] Environment systemEnvironment();
/// The same for a simulation, which may be of another machine.
[[nodiscard]] Environment rehearsalEnvironment();

} // namespace healer::config
