// SPDX-License-Identifier: Apache-2.0
#include "simulation/program.hpp"

#include "config/yaml_reader.hpp"
#include "core/result.hpp"
#include "simulation/rehearsal.hpp"

#include <cerrno>
#include <fstream>
#include <ostream>
#include <system_error>
#include <utility>

namespace healer::simulation {

namespace {

core::Result<std::string> readScenarioFile(const std::string& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text(config::kMaxFileBytes + 1, '\0');
    if (file.is_open()) {
        file.read(text.data(), static_cast<std::streamsize>(text.size()));
    }
    if (!file.is_open() || file.bad()) {
        return core::Error{"cannot be read: " + std::generic_category().message(errno)};
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

} // namespace

bool simulate(const core::Plan& plan, const std::string& scenarioFile, OutputStyle style, std::ostream& out,
              std::ostream& err) {
    const auto text = readScenarioFile(scenarioFile);
    if (!text.ok()) {
        err << config::format(config::Diagnostic{scenarioFile, {}, {}, text.error().message, {}}) << '\n';
        return false;
    }
    ScenarioOutcome outcome = parseScenario(scenarioFile, *text, plan);
    if (const auto* errors = std::get_if<std::vector<config::Diagnostic>>(&outcome)) {
        err << config::format(*errors) << '\n';
        return false;
    }
    Rehearsal rehearsal(plan, std::get<Scenario>(std::move(outcome)));
    rehearsal.run();
    (style == OutputStyle::json ? writeJson : writeText)(out, rehearsal.entries(), rehearsal.summary());
    return true;
}

} // namespace healer::simulation
