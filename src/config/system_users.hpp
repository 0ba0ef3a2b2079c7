// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "core/result.hpp"

#include <sys/types.h>

#include <string>

/// The user database of the system, groups included. May block as long as the name service does.
namespace healer::config {

/// By name, or by UID where the name is a number.
[[nodiscard]] core::Result<core::User> findSystemUser(const std::string& name);

/// The account with this UID. If the database has none: one whose name is the UID and whose only group is
/// `group`.
[[nodiscard]] core::User systemUserById(uid_t uid, gid_t group);

} // namespace healer::config
