// SPDX-License-Identifier: Apache-2.0
// healer.yaml(5) and config.yaml have every key of the tables, with its true default, and no other.
#include "config/plan_keys.hpp"
#include "daemon/monitor_hosts.hpp"
#include "support/installed_config.hpp"
#include "unit/config/fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

namespace healer::daemon {

namespace {

using namespace test;
using config::ConfigNode;
using config::DescribedKey;
using config::DescribedMapping;
using config::KeyType;
using config::NodeKind;
using ::testing::ContainsRegex;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kFirstVersion = "0.1";
const std::string kMonitor = "Monitor ";

/// All mappings, those of monitors too.
std::vector<DescribedMapping> allMappings() {
    std::vector<DescribedMapping> mappings = config::describeMappings();
    for (const config::MonitorSchema& schema : monitorSchemas()) {
        DescribedMapping& mapping =
            mappings.emplace_back(DescribedMapping{kMonitor + std::string(schema.type), {}});
        for (const config::KeySpec& key : schema.keys) {
            const auto value = config::defaultValue(key);
            EXPECT_EQ(value.has_value(), key.byDefault.has_value())
                << "the default of " << key.name << " is wrong";
            mapping.keys.push_back(
                {key, value ? std::optional(config::render(*value, key.type)) : std::nullopt});
        }
    }
    return mappings;
}

/// One key as the manual describes it.
struct ManualKey {
    std::string name;
    std::string type;
    bool required = false;
    std::optional<std::string> byDefault;
    std::string text;
};

std::vector<ManualKey> keysUnder(const std::string& heading) {
    static const std::regex kHead(R"re(Ic ([a-z_]+) : Ar ([a-z]+)(?: Pq (required|default (.+)))?)re");
    std::vector<ManualKey> keys;
    for (const ManualItem& item :
         manualItems(manualSection(projectFile("docs/man/healer.yaml.5"), ".Ss " + heading))) {
        std::smatch match;
        if (!std::regex_match(item.head, match, kHead)) {
            ADD_FAILURE() << "not \"Ic KEY : Ar TYPE Pq default VALUE\": " << item.head;
            continue;
        }
        ManualKey key{match[1], match[2], match[3] == "required", std::nullopt, plainText(item.lines)};
        if (match[4].matched) {
            key.byDefault = match[4];
        }
        EXPECT_THAT(key.text, Not(IsEmpty())) << key.name;
        keys.push_back(std::move(key));
    }
    return keys;
}

/// "{a: 1, b: 2}" of all keys that have a default.
std::string defaultsAsYaml(const std::string& heading) {
    std::string yaml;
    for (const ManualKey& key : keysUnder(heading)) {
        if (key.byDefault) {
            yaml += (yaml.empty() ? "" : ", ") + key.name + ": " + *key.byDefault;
        }
    }
    return yaml;
}

core::Plan compiled(const std::string& text) {
    const config::FakeFiles files;
    auto outcome = config::compileText(text, config::as(config::kRoot, files));
    EXPECT_TRUE(outcome.plan) << config::format(outcome.findings.errors) << text;
    return outcome.plan.value_or(core::Plan{});
}

/// Takes the key from the map; a failure that names it where it is missing.
std::optional<ManualKey> takeFrom(std::map<std::string, ManualKey>& manual, std::string_view name,
                                  const std::string& heading) {
    const auto found = manual.find(std::string(name));
    if (found == manual.end()) {
        ADD_FAILURE() << "healer.yaml(5) lacks " << name << " in the section \"" << heading << "\"";
        return std::nullopt;
    }
    ManualKey key = std::move(found->second);
    manual.erase(found);
    return key;
}

void compare(const DescribedKey& key, const ManualKey& manual, const std::string& heading) {
    const std::string where = heading + ": " + manual.name;
    EXPECT_EQ(manual.type, config::typeName(key.spec.type)) << where;
    EXPECT_EQ(manual.required, key.spec.required) << where;
    EXPECT_EQ(manual.byDefault, key.byDefault) << where;
    EXPECT_FALSE(key.spec.since.empty()) << where;
    if (heading.starts_with(kMonitor)) {
        EXPECT_EQ(manual.text, key.spec.help) << where;
    } else {
        EXPECT_THAT(manual.text, StartsWith(std::string(key.spec.help))) << where;
    }
    for (const std::string_view word : key.spec.words) {
        EXPECT_THAT(manual.text + " " + manual.byDefault.value_or(""),
                    ContainsRegex("\\b" + std::string(word) + "\\b"))
            << where << ": healer.yaml(5) lacks the word " << word;
    }
    const std::string added = "Added in version " + std::string(key.spec.since) + ".";
    EXPECT_EQ(manual.text.find(added) != std::string::npos, key.spec.since != kFirstVersion)
        << where << ": the manual has to say \"" << added << "\", unless that was the first version";
}

TEST(ConfigManual, HasEveryKeyOfTheTables) {
    for (const DescribedMapping& mapping : allMappings()) {
        std::map<std::string, ManualKey> manual;
        for (ManualKey& key : keysUnder(mapping.heading)) {
            const std::string name = key.name;
            EXPECT_TRUE(manual.emplace(name, std::move(key)).second) << name << " stands twice";
        }
        if (mapping.heading.starts_with(kMonitor)) {
            takeFrom(manual, "type", mapping.heading);
        }
        for (const DescribedKey& key : mapping.keys) {
            if (const auto found = takeFrom(manual, key.spec.name, mapping.heading)) {
                compare(key, *found, mapping.heading);
            }
            const auto alias =
                key.spec.alias.empty() ? std::nullopt : takeFrom(manual, key.spec.alias, mapping.heading);
            if (alias) {
                EXPECT_EQ(alias->text, "The same as " + std::string(key.spec.name) + ".");
            }
        }
        for (const auto& [name, key] : manual) {
            ADD_FAILURE() << "healer.yaml(5) has " << name << " in the section \"" << mapping.heading
                          << "\", which is no key";
        }
    }
}

TEST(ConfigManual, HasEveryKindOfMonitor) {
    Words kinds;
    for (const config::MonitorSchema& schema : monitorSchemas()) {
        kinds.emplace(schema.type);
    }
    EXPECT_EQ(wordsIn(projectFile("docs/man/healer.yaml.5"), "\n.Ss Monitor ([a-z]+)"), kinds);
}

/// What the monitors read, by the names in their sources.
TEST(MonitorKeys, AreAllUsed) {
    Words used;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::string(HEALER_SOURCE_DIR) + "/src/monitor")) {
        if (entry.path().extension() == ".cpp" && entry.path().filename() != "kind.cpp") {
            used.merge(wordsIn(readText(entry.path()), "\"([a-z_]+)\""));
        }
    }
    for (const config::MonitorSchema& schema : monitorSchemas()) {
        for (const config::KeySpec& key : schema.keys) {
            EXPECT_TRUE(used.contains(std::string(key.name)) || key.name == schema.unitKey)
                << "no monitor of type " << schema.type << " reads the key " << key.name;
        }
    }
}

TEST(ConfigManual, ItsDefaultsAreTrue) {
    const std::string least = "command: /usr/bin/web, run_as_user: web, monitor: {type: ebpf}";
    const core::Plan plain = compiled("processes: [{name: db, " + least + ", args: [db]}, {name: web, " +
                                      least + ", dependencies: [db]}]");
    std::string text;
    for (const ManualKey& key : keysUnder("Top level")) {
        text += key.byDefault ? key.name + ": " + *key.byDefault + "\n" : "";
    }
    std::string process;
    for (const ManualKey& key : keysUnder("Processes")) {
        if (key.byDefault && key.name != "dependencies" && key.name != "args") {
            process += ", " + key.name + ": " + *key.byDefault;
        }
    }
    process += ", stop: {" + defaultsAsYaml("Stop") + "}, recovery: {" + defaultsAsYaml("Recovery") +
               ", backoff: {" + defaultsAsYaml("Backoff") + "}}";
    text += "processes: [{name: db, " + least + process + ", args: [db], dependencies: []}, {name: web, " +
            least + process + ", args: [], dependencies: [{target: db, " + defaultsAsYaml("Dependencies") +
            "}]}]";
    EXPECT_EQ(compiled(text), plain);
}

TEST(ConfigManual, ItsExampleIsValid) {
    const std::string page = projectFile("docs/man/healer.yaml.5");
    const std::string examples = manualSection(page, ".Sh EXAMPLES");
    const std::size_t start = examples.find("processes:");
    const std::string yaml = examples.substr(start, examples.find(".Ed", start) - start);
    const config::FakeFiles files;
    const auto document = config::readYaml("example.yaml", yaml);
    ASSERT_TRUE(document.document) << config::format(document.errors);
    config::Environment who = config::as(config::kRoot, files);
    who.findUser = [](const std::string& name) -> core::Result<core::User> {
        return core::User{name, 65534, 65534, {65534}, "/", "/bin/false"};
    };
    const auto schemas = monitorSchemas();
    const auto outcome = config::compile({&*document.document, {}, schemas, true}, who);
    EXPECT_TRUE(outcome.plan) << config::format(outcome.findings.errors);
}

const ConfigNode* valueOf(const ConfigNode& mapping, std::string_view key) {
    for (const config::ConfigEntry& entry : mapping.entries) {
        if (entry.key == key) {
            return &entry.value;
        }
    }
    return nullptr;
}

/// The mappings that stand at the key of these, or in the list there.
std::vector<const ConfigNode*> below(const std::vector<const ConfigNode*>& parents, std::string_view key) {
    std::vector<const ConfigNode*> found;
    for (const ConfigNode* parent : parents) {
        const ConfigNode* value = valueOf(*parent, key);
        if (value != nullptr && value->kind == NodeKind::sequence) {
            for (const ConfigNode& item : value->items) {
                found.push_back(&item);
            }
        } else if (value != nullptr) {
            found.push_back(value);
        }
    }
    return found;
}

/// Where config.yaml shows the keys of a mapping.
std::vector<const ConfigNode*> shownFor(const std::string& heading, const ConfigNode& root) {
    if (heading == "Top level") {
        return {&root};
    }
    const auto processes = below({&root}, "processes");
    if (heading == "Processes") {
        return processes;
    }
    if (heading.starts_with(kMonitor)) {
        auto monitors = below(processes, "monitors");
        std::erase_if(monitors, [&](const ConfigNode* node) {
            const ConfigNode* type = valueOf(*node, "type");
            return type == nullptr || kMonitor + type->text != heading;
        });
        return monitors;
    }
    if (heading == "Backoff") {
        return below(below(processes, "recovery"), "backoff");
    }
    std::string key = heading;
    std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return std::tolower(c); });
    return below(processes, key);
}

/// "monitors" shows what "monitor" is; a process with a unit has its monitor by itself.
bool needNotBeShown(const std::string& heading, std::string_view key) {
    return (heading == "Processes" && key == "monitor") || heading == kMonitor + "unit";
}

TEST(InstalledConfig, HasEveryKeyOfTheTables) {
    const auto yaml = config::readYaml("config.yaml", uncommented());
    ASSERT_TRUE(yaml.document) << config::format(yaml.errors);
    for (const DescribedMapping& mapping : allMappings()) {
        const auto nodes = shownFor(mapping.heading, yaml.document->root);
        for (const DescribedKey& key : mapping.keys) {
            const ConfigNode* value = nullptr;
            for (const ConfigNode* node : nodes) {
                value = value == nullptr ? valueOf(*node, key.spec.name) : value;
            }
            if (value == nullptr) {
                EXPECT_TRUE(needNotBeShown(mapping.heading, key.spec.name))
                    << "config.yaml lacks " << key.spec.name << " (" << mapping.heading << ")";
            } else if (key.byDefault && value->kind == NodeKind::scalar) {
                EXPECT_EQ(value->text, *key.byDefault) << "config.yaml has another default for "
                                                       << key.spec.name << " (" << mapping.heading << ")";
            }
        }
    }
}

} // namespace

} // namespace healer::daemon
