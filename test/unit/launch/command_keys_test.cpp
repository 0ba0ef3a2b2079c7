// SPDX-License-Identifier: Apache-2.0
// Every key of a command takes effect, whichever way it is launched.
#include "config/plan_keys.hpp"
#include "launch/service/transient_settings.hpp"
#include "runtime/spawn/spawn.hpp"
#include "systemd/transient_unit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>

namespace healer::launch {
namespace {

using config::KeyType;

/// A value that is not the default.
std::optional<core::ArgValue> sampleOf(const config::KeySpec& key) {
    switch (key.type) {
    case KeyType::path:
    case KeyType::text:
        return std::string("/sample");
    case KeyType::textList:
    case KeyType::textOrList:
        return std::vector<std::string>{"sample"};
    case KeyType::textMap:
    case KeyType::variables:
        return std::map<std::string, std::string>{{"SAMPLE", "1"}};
    case KeyType::boolean:
        return true;
    case KeyType::integer:
    case KeyType::byteSize:
        return static_cast<std::int64_t>(std::llround(key.range.maximum));
    case KeyType::number:
    case KeyType::percentage:
        return key.range.maximum;
    case KeyType::seconds:
    case KeyType::milliseconds:
        return core::Duration(std::chrono::milliseconds(1));
    default:
        return std::nullopt;
    }
}

/// The entries that differ from the default in one key that only a command has.
struct Sample {
    std::string key;
    core::CommandPlan command;
};

std::vector<Sample> samples() {
    std::vector<Sample> found;
    for (const auto& key : config::keysOf<core::ProcessPlan>()) {
        if (key.spec.excluded.by != "unit") {
            continue;
        }
        core::ProcessPlan plan;
        const auto value = sampleOf(key.spec);
        EXPECT_TRUE(value && key.fills.set != nullptr) << "no sample for the key " << key.spec.name;
        if (value && key.fills.set != nullptr) {
            key.fills.set(plan, *value);
            EXPECT_NE(plan.command, core::CommandPlan{}) << key.spec.name << " is no part of the command";
            found.push_back({std::string(key.spec.name), plan.command});
        }
    }
    EXPECT_GE(found.size(), 4U);
    return found;
}

std::string fingerprint(const core::CommandPlan& command) {
    LaunchOrder order;
    order.name = "web";
    order.command = command;
    // The name of this file changes with what it holds.
    const auto secrets = command.environment.empty() ? std::nullopt : std::optional<std::string>("/run/file");
    return systemd::fingerprintOf(
        systemd::propertiesOf(service::settingsFor(order, secrets), systemd::ForkSupport::exitType));
}

TEST(CommandKeys, AreAllPropertiesOfTheTransientUnit) {
    for (const Sample& sample : samples()) {
        EXPECT_NE(fingerprint(sample.command), fingerprint({})) << "launch: service ignores " << sample.key;
    }
}

/// All that a command decides of a spawned program; a new member of SpawnSettings has to be added.
auto spawned(const core::CommandPlan& command) {
    auto settings = runtime::spawnSettingsFor(command);
    return std::tuple(settings.path, settings.arguments, settings.environment, settings.workingDirectory);
}

TEST(CommandKeys, AreAllSettingsOfASpawnedProgram) {
    for (const Sample& sample : samples()) {
        // The launcher opens and reads files itself.
        if (sample.key != "output" && sample.key != "environment_file") {
            EXPECT_NE(spawned(sample.command), spawned({})) << "launch: direct ignores " << sample.key;
        }
    }
}

} // namespace
} // namespace healer::launch
