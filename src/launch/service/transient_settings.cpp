// SPDX-License-Identifier: Apache-2.0
#include "launch/service/transient_settings.hpp"

#include "core/unit_name.hpp"
#include "runtime/safe_open.hpp"
#include "runtime/spawn/environment.hpp"
#include "runtime/spawn/output_step.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace healer::launch::service {

namespace {

/// systemd reads the path of an EnvironmentFile= as a pattern.
std::string literally(const std::string& path) {
    constexpr std::string_view kSpecial = "*?[]\\";
    std::string pattern;
    for (const char letter : path) {
        if (kSpecial.find(letter) != std::string_view::npos) {
            pattern += '\\';
        }
        pattern += letter;
    }
    return pattern;
}

} // namespace

systemd::TransientUnit settingsFor(const LaunchOrder& order, const std::optional<std::string>& secrets) {
    systemd::TransientUnit settings;
    settings.name = order.name;
    settings.unit = core::transientUnitName(order.name);
    settings.program = order.command.path;
    settings.arguments.push_back(order.command.path);
    settings.arguments.insert(settings.arguments.end(), order.command.args.begin(), order.command.args.end());
    // Every user can read a unit: what the configuration sets goes into a file for root alone.
    auto standard = order.command;
    standard.environment.clear();
    settings.environment = runtime::environmentFor(standard);
    if (secrets) {
        settings.environmentFiles.push_back({.path = *secrets});
    }
    for (const auto& file : order.command.environmentFiles) {
        const bool mayBeMissing = file.starts_with('-');
        settings.environmentFiles.push_back({literally(file.substr(mayBeMissing ? 1 : 0)), mayBeMissing});
    }
    settings.user = order.command.user.uid == 0 ? "" : order.command.user.name;
    settings.workingDirectory = order.command.workingDirectory;
    settings.output = order.command.output;
    settings.stop = order.stop;
    return settings;
}

core::Result<void> chooseOutput(systemd::TransientUnit& settings) {
    if (!settings.output) {
        return {};
    }
    const auto opened = runtime::openForAppendSoon(*settings.output);
    if (!opened) {
        return opened.error();
    }
    if (opened->file) {
        return {};
    }
    if (settings.user.empty()) {
        return core::Error{"root does not write to " + *settings.output + ": " + opened->untrusted};
    }
    auto step = runtime::outputStepFor(*settings.output, settings.arguments);
    if (step.empty()) {
        return core::Error{"systemd would write to " + *settings.output + " as root: " + opened->untrusted};
    }
    settings.arguments = std::move(step);
    settings.output.reset();
    return {};
}

} // namespace healer::launch::service
