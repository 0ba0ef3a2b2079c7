// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace healer::core {

/// What the unit file of one process says about other units, by their names.
struct UnitRelations {
    std::vector<std::string> requirements = {}; ///< Requires=
    std::vector<std::string> bindsTo = {};      ///< BindsTo=
    std::vector<std::string> after = {};        ///< After=

    bool operator==(const UnitRelations&) const = default;
};

/// What the unit files of all processes say, by process, and which of it is in the plan.
class UnitRelationBook {
public:
    /// True when this is news.
    bool learn(const std::string& process, const UnitRelations& relations);
    void forget(const std::string& process);

    /// Gives every `dependencies: auto` process of the plan the dependencies that its unit has on the units
    /// of other processes of the plan: Requires= and BindsTo= become a hard requirement, After= alone an
    /// "after". An edge that would close a cycle is left out. Calling it again with what is known by then
    /// replaces what it added before.
    void complete(Plan& plan) const;
    /// The same, and answers with a predicate for each edge that is left out and was not before, by process.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> completeAndReport(Plan& plan);

    /// The units that the unit of this process is bound to (BindsTo=).
    [[nodiscard]] std::span<const std::string> boundTo(const std::string& process) const;
    /// The processes whose unit is bound to this unit.
    [[nodiscard]] std::vector<std::string> boundBy(const std::string& unit) const;

private:
    using Omitted = std::multimap<std::string, std::string>;
    [[nodiscard]] Omitted takeOver(Plan& plan) const;

    std::map<std::string, UnitRelations, std::less<>> relations_;
    Omitted omitted_; ///< as reported last
};

} // namespace healer::core
