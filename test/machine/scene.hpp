// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace healer::machine {

class Machine;

/// A process of the configuration.
struct Entry {
    std::string name;
    std::string unit = {};    ///< that it runs in; empty: Healer starts it itself
    std::string program = {}; ///< the path of its file
    bool isUnit = false;      ///< `unit:`
    bool isJob = false;       ///< it ends with success, and that is its business
    bool probed = false;
};

/// What runs on the machine: one of each kind that matters to Healer.
class Scene {
public:
    /// Installs the unit files and writes the configuration and programs into the folder.
    Scene(Machine& machine, const std::string& folder);

    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
    [[nodiscard]] const Entry* find(const std::string& name) const;
    [[nodiscard]] const Entry* ofUnit(const std::string& unit) const;

private:
    std::vector<Entry> entries_;
};

} // namespace healer::machine
