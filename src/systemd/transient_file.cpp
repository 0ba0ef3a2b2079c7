// SPDX-License-Identifier: Apache-2.0
#include "systemd/transient_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace healer::systemd {

core::Result<void> removeTransientFile(const std::string& unit) {
    for (const char* folder :
         {"/etc/systemd/system/", "/run/systemd/system/", "/usr/local/lib/systemd/system/",
          "/usr/lib/systemd/system/", "/lib/systemd/system/"}) {
        if (::access((folder + unit).c_str(), F_OK) == 0) {
            return core::Error{"there is a unit file " + (folder + unit) +
                               "; remove it, or name the unit with unit:"};
        }
    }
    const std::string path = "/run/systemd/transient/" + unit;
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        return core::Error{"cannot remove " + path + ": " + std::strerror(errno)};
    }
    std::error_code ignored;
    std::filesystem::remove_all(path + ".d", ignored);
    return {};
}

} // namespace healer::systemd
