// SPDX-License-Identifier: Apache-2.0
#include "config/unit_files.hpp"

#include "config/diagnostic.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace healer::config {

namespace {

/// Where systemd looks for unit files of the system, see systemd.unit(5).
constexpr std::array<std::string_view, 12> kFolders{
    "/etc/systemd/system.control",  "/run/systemd/system.control",   "/run/systemd/transient",
    "/run/systemd/generator.early", "/etc/systemd/system",           "/run/systemd/system",
    "/run/systemd/generator",       "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
    "/lib/systemd/system",          "/run/systemd/generator.late",   "/etc/systemd/system.attached"};

bool needsFile(std::string_view unit) {
    constexpr std::array<std::string_view, 4> kKinds{".service", ".socket", ".timer", ".path"};
    return std::ranges::any_of(kKinds, [unit](std::string_view kind) { return unit.ends_with(kind); });
}

/// The unit itself and, of an instance, its template.
std::vector<std::string> fileNames(const std::string& unit) {
    std::vector<std::string> names{unit};
    const auto at = unit.find('@');
    if (at != std::string::npos) {
        names.push_back(unit.substr(0, at + 1) + unit.substr(unit.rfind('.')));
    }
    return names;
}

} // namespace

std::optional<std::string> faultOfUnit(const std::string& unit, const FileProbe& files) {
    const auto booted = files.follow("/run/systemd/system");
    if (!needsFile(unit) || !booted || booted->kind != FileKind::directory) {
        return std::nullopt;
    }
    for (const std::string& name : fileNames(unit)) {
        for (const std::string_view folder : kFolders) {
            // A mask, a link to /dev/null, is an administrator's decision about a unit that may run.
            if (files.follow(std::string(folder) + "/" + name)) {
                return std::nullopt;
            }
        }
    }
    return "the unit " + quote(unit) + " does not exist";
}

} // namespace healer::config
