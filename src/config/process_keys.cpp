// SPDX-License-Identifier: Apache-2.0
#include "config/diagnostic.hpp"
#include "config/plan_keys.hpp"
#include "core/log_level.hpp"

#include <algorithm>
#include <array>

namespace healer::config {

template <>
inline constexpr auto kWords<core::LogLevel> = [] {
    std::array<Word<core::LogLevel>, core::kLogLevelWords.size()> words{};
    for (std::size_t i = 0; i < words.size(); ++i) {
        words[i] = {core::kLogLevelWords[i].first, core::kLogLevelWords[i].second};
    }
    return words;
}();

template <>
inline constexpr auto kWords<core::LaunchMode> = std::to_array<Word<core::LaunchMode>>({
    {"auto", core::LaunchMode::automatic},
    {"service", core::LaunchMode::service},
    {"direct", core::LaunchMode::direct},
});

namespace {

using core::CommandPlan;
using core::Plan;
using core::ProcessPlan;

constexpr Key<Plan> kTopKeys[] = {
    {.spec = {.name = "log_level",
              .type = KeyType::word,
              .help = "The log level: error, warn, info, debug or trace.",
              .since = "0.1"},
     .fills = member<&Plan::logLevel>()},
    {.spec = {.name = "log_directory",
              .type = KeyType::path,
              .help = "The directory for healer.log, which is written in addition to the journal, and for "
                      "the output of directly launched processes, as NAME.log.",
              .since = "0.1"},
     .fills = member<&Plan::logDirectory>()},
    {.spec = {.name = "pid_file_directory",
              .type = KeyType::path,
              .help = "The directory for healer.pid.",
              .since = "0.1"},
     .fills = member<&Plan::pidFileDirectory>()},
    {.spec = {.name = "working_directory",
              .type = KeyType::path,
              .help = "The working directory of Healer, and of processes that have none of their own.",
              .since = "0.1"},
     .fills = member<&Plan::workingDirectory>()},
    {.spec = {.name = "launch",
              .type = KeyType::word,
              .help = "How processes are started: service by systemd, each as the transient unit "
                      "healer-NAME.service; direct by Healer, each in a session of its own; auto as service "
                      "if systemd is running and can be reached, else as direct.",
              .since = "0.1"},
     .fills = member<&Plan::launch>()},
    {.spec = {.name = "observe_only",
              .type = KeyType::boolean,
              .help = "Decide and report everything, but take no action.",
              .since = "0.1"},
     .fills = member<&Plan::observeOnly>()},
    {.spec = {.name = "processes",
              .type = KeyType::mappings,
              .help = "The processes, see Processes.",
              .since = "0.1",
              .required = true},
     .fills = elsewhere<Plan>()},
};
static_assert(sound(kTopKeys));

constexpr Exclusion kNotWithUnit{
    "unit", "belongs to a command; how a unit runs is set in its unit file (see systemctl edit)"};

constexpr std::size_t kLongestName = 64;

std::optional<std::string> checkName(const core::ArgValue& value) {
    const auto& name = std::get<std::string>(value);
    return isProcessName(name)
               ? std::nullopt
               : std::optional("must be 1 to 64 of the characters A-Z a-z 0-9 _ . @ -, not " + quote(name));
}

std::optional<std::string> checkEnvironmentFiles(const core::ArgValue& value) {
    for (const auto& entry : std::get<std::vector<std::string>>(value)) {
        const std::string_view path = std::string_view(entry).substr(entry.starts_with('-') ? 1 : 0);
        const bool readable = path.starts_with('/') && std::none_of(path.begin(), path.end(), [](char c) {
                                  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
                              });
        if (!readable) {
            return "must hold absolute paths (with - in front where the file may be missing), not " +
                   quote(entry);
        }
    }
    return std::nullopt;
}

constexpr Key<ProcessPlan> kProcessKeys[] = {
    {.spec = {.name = "name",
              .type = KeyType::text,
              .help = "A unique name of 1 to 64 of the characters A-Z a-z 0-9 _ . @ -.",
              .since = "0.1",
              .required = true,
              .check = checkName},
     .fills = member<&ProcessPlan::name>()},
    {.spec = {.name = "enabled",
              .type = KeyType::boolean,
              .help = "Whether the process is monitored and recovered.",
              .since = "0.1"},
     .fills = member<&ProcessPlan::enabled>()},
    {.spec = {.name = "command", .type = KeyType::path, .help = "The program to start.", .since = "0.1"},
     .fills = member<&ProcessPlan::command, &CommandPlan::path>()},
    {.spec = {.name = "unit",
              .type = KeyType::unitName,
              .help = "An existing unit of systemd, such as nginx.service.",
              .since = "0.1",
              .excluded = {"command", "give either command or unit, not both"}},
     .fills = member<&ProcessPlan::unit>()},
    {.spec = {.name = "args",
              .type = KeyType::textList,
              .help = "The arguments of the program, as the process list shows them.",
              .since = "0.1",
              .excluded = kNotWithUnit},
     .fills = member<&ProcessPlan::command, &CommandPlan::args>()},
    {.spec = {.name = "run_as_root",
              .type = KeyType::boolean,
              .help = "Run the process as root.",
              .since = "0.1",
              .byDefault = "false"},
     .fills = elsewhere<ProcessPlan>()},
    {.spec = {.name = "run_as_user",
              .type = KeyType::text,
              .help = "The user that the process runs as, with all groups of that user.",
              .since = "0.1"},
     .fills = elsewhere<ProcessPlan>()},
    {.spec = {.name = "working_directory",
              .alias = "working_dir",
              .type = KeyType::path,
              .help = "The working directory of the process.",
              .since = "0.1",
              .excluded = kNotWithUnit},
     .fills = member<&ProcessPlan::command, &CommandPlan::workingDirectory>()},
    {.spec = {.name = "environment",
              .type = KeyType::variables,
              .help = "Environment variables for the process.",
              .since = "0.1",
              .excluded = kNotWithUnit},
     .fills = member<&ProcessPlan::command, &CommandPlan::environment>()},
    {.spec = {.name = "environment_file",
              .type = KeyType::textOrList,
              .help =
                  "A file with environment variables, or a list of files, which are read at each start; a "
                  "file that may be missing has a - in front.",
              .since = "0.1",
              .excluded = kNotWithUnit,
              .check = checkEnvironmentFiles},
     .fills = member<&ProcessPlan::command, &CommandPlan::environmentFiles>()},
    {.spec = {.name = "output",
              .type = KeyType::path,
              .help = "The file that the output of the process is appended to.",
              .since = "0.1",
              .excluded = kNotWithUnit},
     .fills = member<&ProcessPlan::command, &CommandPlan::output>()},
    {.spec = {.name = "stop",
              .type = KeyType::mapping,
              .help = "How a running instance is stopped before a restart, see Stop.",
              .since = "0.1"},
     .fills = member<&ProcessPlan::stop>()},
    {.spec = {.name = "start_timeout_secs",
              .type = KeyType::seconds,
              .help = "The time in which the process must be up after a start, with its PID file written and "
                      "its probes passed.",
              .since = "0.1",
              .range = kTimeout},
     .fills = member<&ProcessPlan::startTimeout>()},
    {.spec = {.name = "monitor",
              .type = KeyType::mapping,
              .help = "How Healer notices that the process is down, see the monitor types below.",
              .since = "0.1"},
     .fills = elsewhere<ProcessPlan>()},
    {.spec = {.name = "monitors",
              .type = KeyType::mappings,
              .help = "A list of monitors.",
              .since = "0.1",
              .excluded = {"monitor", "give either monitor or monitors, not both"}},
     .fills = elsewhere<ProcessPlan>()},
    {.spec = {.name = "recovery",
              .type = KeyType::mapping,
              .help = "When the process is started again, see Recovery.",
              .since = "0.1"},
     .fills = member<&ProcessPlan::recovery>()},
    {.spec = {.name = "dependencies",
              .type = KeyType::mappings,
              .help = "The processes that this process needs, see Dependencies.",
              .since = "0.1",
              .byDefault = "[]"},
     .fills = elsewhere<ProcessPlan>()},
};
static_assert(sound(kProcessKeys));

template <typename KeyedPlan>
std::vector<DescribedKey> describeKeys(KeyTable<KeyedPlan> keys) {
    std::vector<DescribedKey> described;
    const KeyedPlan defaults;
    for (const Key<KeyedPlan>& key : keys) {
        DescribedKey& entry = described.emplace_back(DescribedKey{key.spec, std::nullopt});
        if (!key.fills.words.empty()) {
            entry.spec.words = key.fills.words;
        }
        const auto value = key.fills.get == nullptr ? std::nullopt : key.fills.get(defaults);
        if (value && *value != core::ArgValue(std::string())) {
            entry.byDefault = render(*value, key.spec.type);
        } else if (key.spec.byDefault) {
            entry.byDefault = *key.spec.byDefault;
        }
    }
    return described;
}

} // namespace

template <>
KeyTable<Plan> keysOf() {
    return kTopKeys;
}

template <>
KeyTable<ProcessPlan> keysOf() {
    return kProcessKeys;
}

bool isProcessName(std::string_view name) {
    return !name.empty() && name.size() <= kLongestName && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '.' || c == '@' || c == '-';
    });
}

const KeySpec& processesKey() {
    return std::end(kTopKeys)[-1].spec;
}

std::vector<DescribedMapping> describeMappings() {
    return {{"Top level", describeKeys(keysOf<Plan>())},
            {"Processes", describeKeys(keysOf<ProcessPlan>())},
            {"Stop", describeKeys(keysOf<core::StopPlan>())},
            {"Recovery", describeKeys(keysOf<core::RecoveryPlan>())},
            {"Backoff", describeKeys(keysOf<core::BackoffPlan>())},
            {"Dependencies", describeKeys(keysOf<core::DependencyPlan>())}};
}

} // namespace healer::config
