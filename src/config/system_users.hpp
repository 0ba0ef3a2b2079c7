// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "core/result.hpp"

#include <sys/types.h>

#include <string>

/// The system's user database, groups included. May block as long as the name service does.
namespace healer::config {

[[nodiscard]] core::Result<core::User> findSystemUser(const std::string& name);

/// The account with this UID; where the database has none, one that is named by its number and belongs to
/// `group` alone.
[[nodiscard]] core::User systemUserById(uid_t uid, gid_t group);

} // namespace healer::config
