// SPDX-License-Identifier: Apache-2.0
// healer(8) and healer.yaml(5) name what there is, with its true defaults, and nothing else.
#include "daemon/monitor_hosts.hpp"
#include "daemon/options.hpp"
#include "support/config_keys.hpp"
#include "support/files.hpp"
#include "unit/config/fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace healer::daemon {

namespace {

using namespace test;
using config::ArgSpec;
using config::ArgType;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// One key as the manual describes it.
struct Key {
    std::string name;
    std::string type;
    bool required = false;
    std::optional<std::string> byDefault;
    std::string text;
};

std::vector<Key> keysUnder(const std::string& heading) {
    static const std::regex kHead(R"re(Ic ([a-z_]+) : Ar ([a-z]+)(?: Pq (required|default (.+)))?)re");
    std::vector<Key> keys;
    for (const ManualItem& item :
         manualItems(manualSection(projectFile("docs/man/healer.yaml.5"), ".Ss " + heading))) {
        std::smatch match;
        if (!std::regex_match(item.head, match, kHead)) {
            ADD_FAILURE() << "not \"Ic KEY : Ar TYPE Pq default VALUE\": " << item.head;
            continue;
        }
        Key key{match[1], match[2], match[3] == "required", std::nullopt, item.text};
        if (match[4].matched) {
            key.byDefault = match[4];
        }
        EXPECT_THAT(key.text, Not(IsEmpty())) << key.name;
        keys.push_back(std::move(key));
    }
    return keys;
}

Words namesOf(const std::vector<Key>& keys) {
    Words names;
    for (const Key& key : keys) {
        EXPECT_TRUE(names.insert(key.name).second) << key.name << " stands twice";
    }
    return names;
}

/// "{a: 1, b: 2}" of all keys that have a default.
std::string defaultsAsYaml(const std::string& heading) {
    std::string yaml;
    for (const Key& key : keysUnder(heading)) {
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

const char* typeWord(ArgType type) {
    switch (type) {
    case ArgType::text:
    case ArgType::plain:
        return "text";
    case ArgType::absolutePath:
    case ArgType::program:
        return "path";
    case ArgType::integer:
        return "number";
    case ArgType::seconds:
        return "seconds";
    case ArgType::boolean:
        return "boolean";
    case ArgType::textList:
        return "list";
    case ArgType::textMap:
        return "mapping";
    }
    return "";
}

std::optional<std::string> defaultText(const ArgSpec& spec) {
    if (spec.defaultNumber) {
        std::ostringstream text;
        text << *spec.defaultNumber;
        return text.str();
    }
    return spec.defaultText ? std::optional(std::string(*spec.defaultText)) : std::nullopt;
}

TEST(ConfigManual, HasEveryKey) {
    for (const auto& [heading, keys] : configKeys()) {
        EXPECT_THAT(keys, Not(IsEmpty())) << heading;
        EXPECT_EQ(namesOf(keysUnder(heading)), keys) << heading;
    }
}

TEST(ConfigManual, HasEveryKindOfMonitorWithItsTable) {
    Words kinds;
    for (const config::MonitorSchema& schema : monitorSchemas()) {
        const std::string type(schema.type);
        kinds.insert(type);
        const auto keys = keysUnder("Monitor " + type);
        Words names{"type"};
        for (const ArgSpec& spec : schema.args) {
            names.emplace(spec.name);
            const auto key = std::find_if(keys.begin(), keys.end(), [&spec](const Key& candidate) {
                return candidate.name == spec.name;
            });
            ASSERT_NE(key, keys.end()) << type << " " << spec.name;
            EXPECT_EQ(key->required, spec.required) << type << " " << spec.name;
            EXPECT_EQ(key->byDefault, defaultText(spec)) << type << " " << spec.name;
            EXPECT_EQ(key->type, typeWord(spec.type)) << type << " " << spec.name;
            EXPECT_EQ(key->text, spec.help) << type << " " << spec.name;
        }
        EXPECT_EQ(namesOf(keys), names) << type;
    }
    EXPECT_EQ(wordsIn(projectFile("docs/man/healer.yaml.5"), "\n.Ss Monitor ([a-z]+)"), kinds);
}

/// unit/config checks the rest of that file, but does not know the real kinds.
TEST(ConfigManual, TheInstalledFileHasTheSettingsOfEachMonitor) {
    const std::string file = projectFile("config/config.yaml");
    for (const config::MonitorSchema& schema : monitorSchemas()) {
        if (schema.type == "unit") {
            continue; // it comes by itself, and its one setting need never be given
        }
        const std::size_t start = file.find("- type: " + std::string(schema.type) + "\n");
        ASSERT_NE(start, std::string::npos) << schema.type;
        const std::size_t next =
            std::min(file.find("- type: ", start + 1), file.find("\n#  recovery:", start));
        const std::string block = file.substr(start, next - start);
        for (const ArgSpec& spec : schema.args) {
            const auto given = matches(block, "\n#      " + std::string(spec.name) + ": ([^\n]+)");
            ASSERT_EQ(given.size(), 1U) << schema.type << " " << spec.name;
            if (const auto byDefault = defaultText(spec)) {
                EXPECT_EQ(given.front(), *byDefault) << schema.type << " " << spec.name;
            }
        }
    }
}

TEST(ConfigManual, ItsDefaultsAreTrue) {
    const std::string least = "command: /usr/bin/web, run_as_user: web, monitor: {type: ebpf}";
    const core::Plan plain = compiled("processes: [{name: db, " + least + ", args: [db]}, {name: web, " +
                                      least + ", dependencies: [db]}]");
    std::string text;
    for (const Key& key : keysUnder("Top level")) {
        text += key.byDefault ? key.name + ": " + *key.byDefault + "\n" : "";
    }
    std::string process;
    for (const Key& key : keysUnder("Processes")) {
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
    config::Surroundings who = config::as(config::kRoot, files);
    who.findUser = [](const std::string& name) -> core::Result<core::User> {
        return core::User{name, 65534, 65534, {65534}, "/", "/bin/false"};
    };
    const auto schemas = monitorSchemas();
    const auto outcome = config::compile({&*document.document, {}, schemas, true}, who);
    EXPECT_TRUE(outcome.plan) << config::format(outcome.findings.errors);
}

std::string daemonPage() {
    return projectFile("docs/man/healer.8");
}

TEST(DaemonManual, HasEveryOption) {
    Words options =
        wordsIn(projectFile("src/daemon/options.cpp"), "\\{\"([a-z-]+)\", (?:no|required)_argument");
    EXPECT_EQ(options.size(), 9U);
    Words spelled{"-c", "-h", "-V"};
    for (const std::string& name : options) {
        spelled.insert("--" + name);
    }
    EXPECT_THAT(projectFile("src/daemon/options.cpp"), HasSubstr("\"+:c:hV\"")) << "other short options";
    EXPECT_EQ(manualOptions(daemonPage()), spelled);
    EXPECT_EQ(wordsIn(helpText(), "[ ](--?[A-Za-z][a-z-]*)"), spelled);
    for (const char* file : {"completions/healer.bash", "completions/_healer", "completions/healer.fish"}) {
        const std::string completion = projectFile(file);
        for (const std::string& name : options) {
            EXPECT_TRUE(std::regex_search(completion, std::regex("(--| -l )" + name + "\\b")))
                << file << " " << name;
        }
    }
}

TEST(DaemonManual, HasEveryExitStatus) {
    // EXIT_SUCCESS, EXIT_FAILURE, kUsageError and EX_CONFIG
    const std::string source = projectFile("src/main.cpp");
    EXPECT_EQ(wordsIn(source, "\\b(EXIT_[A-Z]+|EX_[A-Z]+|kUsageError = [0-9]+)"),
              (Words{"EXIT_SUCCESS", "EXIT_FAILURE", "kUsageError = 2", "EX_CONFIG"}));
    const Words expected{"0", "1", "2", "78"};
    EXPECT_EQ(manualHeads(manualSection(daemonPage(), ".Sh EXIT STATUS"), "^([0-9]+)$"), expected);
    const std::string help = helpText();
    EXPECT_EQ(wordsIn(help.substr(help.find("Exit status:")), "[ ]([0-9]+) "), expected);
}

/// Everything below src but the client, which has its own page.
std::string daemonSources() {
    std::string all;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::string(HEALER_SOURCE_DIR) + "/src")) {
        const std::string path = entry.path().string();
        if (path.ends_with(".cpp") && path.find("/healerctl/") == std::string::npos) {
            all += test::readText(path);
        }
    }
    return all;
}

TEST(DaemonManual, HasEveryVariable) {
    const std::string source = daemonSources();
    Words used = wordsIn(source, R"re((?:getenv|variable)\("([A-Z_]+)"\))re");
    // Loops over a list of names: { "A", "B" }
    for (const std::string& list : matches(source, R"re(for \(const char\* \w+ : \{([^}]*)\}\))re")) {
        used.merge(wordsIn(list, "\"([A-Z_]+)\""));
    }
    EXPECT_THAT(used, ::testing::IsSupersetOf({"HEALER_CONFIG", "HEALER_LOG", "RUST_LOG", "PATH"}));
    EXPECT_EQ(manualHeads(manualSection(daemonPage(), ".Sh ENVIRONMENT"), "([A-Z_]{4,})"), used);
}

} // namespace

} // namespace healer::daemon
