// SPDX-License-Identifier: Apache-2.0
// healer(8) names what there is, and nothing else.
#include "daemon/options.hpp"
#include "support/manual.hpp"

#include <gmock/gmock.h>

#include <filesystem>

namespace healer::daemon {

namespace {

using namespace test;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string daemonPage() {
    return projectFile("docs/man/healer.8");
}

TEST(DaemonManual, HasEveryOption) {
    Words options =
        wordsIn(projectFile("src/daemon/options.cpp"), "\\{\"([a-z-]+)\", (?:no|required)_argument");
    EXPECT_EQ(options.size(), 10U);
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
            all += readText(path);
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
