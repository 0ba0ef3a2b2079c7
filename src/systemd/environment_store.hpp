// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace healer::systemd {

/// The variables as EnvironmentFile= of systemd reads them back, whatever their values hold.
[[nodiscard]] std::string environmentFileText(const std::map<std::string, std::string>& variables);

/// Files with the environment of transient units. The properties and the file of a unit can be read by every
/// user, and so they only name a file that root alone can read. It stays when Healer ends, so that systemd
/// can start the unit again without it. Its name is random and changes with its content: the unit shows that
/// its environment is another one, and nothing about it.
class EnvironmentStore {
public:
    static constexpr const char* kFolder = "/run/healer/environment";

    explicit EnvironmentStore(std::string folder = kFolder) : folder_(std::move(folder)) {}

    /// The file of this unit that holds exactly these variables; it is written where there is none.
    [[nodiscard]] core::Result<std::string> keep(const std::string& unit,
                                                 const std::map<std::string, std::string>& variables) const;
    /// Removes the files of the unit but this one; empty: all.
    void removeOthers(const std::string& unit, std::string_view kept) const;
    /// The units that have files.
    [[nodiscard]] std::vector<std::string> units() const;

private:
    std::string folder_;
};

} // namespace healer::systemd
