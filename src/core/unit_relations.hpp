// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <map>
#include <string>
#include <vector>

namespace healer::core {

/// What the unit file of one process says about other units, by their names.
struct UnitRelations {
    std::vector<std::string> requirements = {}; ///< Requires=
    std::vector<std::string> bindsTo = {};      ///< BindsTo=
    std::vector<std::string> after = {};        ///< After=

    bool operator==(const UnitRelations&) const = default;
};

using RelationsByProcess = std::map<std::string, UnitRelations, std::less<>>;

/// Gives every `dependencies: auto` process of the plan the dependencies that its unit has on the units of
/// other processes of the plan: Requires= and BindsTo= become a hard requirement, After= alone an "after".
/// An edge that would close a cycle is left out; the answer has a sentence for each of those, by process.
/// Calling it again with what is known by then replaces what it added before.
std::multimap<std::string, std::string> takeOverUnitDependencies(Plan& plan,
                                                                 const RelationsByProcess& relations);

} // namespace healer::core
