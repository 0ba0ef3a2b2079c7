// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <functional>
#include <map>
#include <string>

namespace healer::bus {

inline constexpr const char* kManageProcesses = "org.healer.manage-processes";
inline constexpr const char* kReload = "org.healer.reload";

/// The caller of a method.
struct Caller {
    std::string name;         ///< its unique name on the bus
    bool interactive = false; ///< agrees to be asked for a password, however long that takes
};

/// Decides which callers may change something.
class Authority {
public:
    Authority() = default;
    Authority(const Authority&) = delete;
    Authority& operator=(const Authority&) = delete;
    virtual ~Authority() = default;

    /// Whether the caller may do `action` (the name of a polkit action). `callback` is called once, at once
    /// or later from the loop, with success, or with ErrorKind::accessDenied or ErrorKind::busy and what to
    /// do about it; never after the Authority has been destroyed.
    virtual void check(const Caller& caller, const std::string& action,
                       const std::map<std::string, std::string>& details,
                       std::function<void(core::Result<void>)> callback) = 0;
};

} // namespace healer::bus
