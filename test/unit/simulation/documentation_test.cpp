// SPDX-License-Identifier: Apache-2.0
// What docs/simulation.md shows is what is printed.
#include "support/files.hpp"
#include "unit/config/fixture.hpp"
#include "unit/simulation/fixture.hpp"

#include <gmock/gmock.h>

#include <array>
#include <sstream>

namespace healer::simulation {
namespace {

using config::KeyType;

constexpr std::array<config::KeySpec, 3> kNetworkKeys = {{
    {.name = "target_url", .type = KeyType::text, .help = "", .required = true},
    {.name = "interval_secs", .type = KeyType::seconds, .help = "", .byDefault = "5"},
    {.name = "failure_threshold", .type = KeyType::integer, .help = "", .byDefault = "1"},
}};
constexpr std::array<config::MonitorSchema, 2> kKinds = {{
    {.type = "ebpf", .keys = config::kEbpfKeys, .addedToProbes = true},
    {.type = "network", .keys = kNetworkKeys, .confirmsStart = true, .role = core::MonitorRole::probe},
}};

struct Example {
    std::string config;
    std::string scenario;
    std::string output;
};

/// The fenced blocks of the file, three an example.
std::vector<Example> documentedExamples() {
    std::istringstream text(test::readText(std::string(HEALER_SOURCE_DIR) + "/docs/simulation.md"));
    std::vector<std::string> blocks;
    bool inside = false;
    for (std::string line; std::getline(text, line);) {
        if (line.starts_with("```")) {
            inside = !inside;
            if (inside) {
                blocks.emplace_back();
            }
        } else if (inside) {
            blocks.back() += line + "\n";
        }
    }
    std::vector<Example> examples;
    for (std::size_t i = 0; i + 2 < blocks.size(); i += 3) {
        examples.push_back({blocks[i], blocks[i + 1], blocks[i + 2]});
    }
    return examples;
}

core::Plan compiled(const std::string& text) {
    const config::FakeFiles files;
    config::Environment who = config::as(config::kRoot, files);
    who.findUser = [](const std::string& name) -> core::Result<core::User> {
        return core::User{name, 65534, 65534, {65534}, "/", "/bin/false"};
    };
    const config::YamlOutcome yaml = config::readYaml("config.yaml", text);
    const auto outcome = config::compile({&*yaml.document, {}, kKinds, true}, who);
    EXPECT_TRUE(outcome.plan) << config::format(outcome.findings.errors);
    return outcome.plan.value_or(core::Plan{});
}

TEST(Documentation, ItsExamplesPrintWhatItShows) {
    const auto examples = documentedExamples();
    ASSERT_EQ(examples.size(), 2U);
    for (const Example& example : examples) {
        const core::Plan plan = compiled(example.config);
        Rehearsal rehearsal(plan, scenarioOf(example.scenario, plan));
        rehearsal.run();
        std::ostringstream out;
        writeText(out, rehearsal.entries(), rehearsal.summary());
        EXPECT_EQ(out.str(), example.output) << out.str();
    }
}

} // namespace
} // namespace healer::simulation
