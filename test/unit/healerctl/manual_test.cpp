// SPDX-License-Identifier: Apache-2.0
// healerctl(1), the completions and --help name what there is, and nothing else.
#include "healerctl/options.hpp"
#include "support/manual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace healer::healerctl {

namespace {

using namespace test;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kOptionSource = "src/healerctl/options.cpp";

Words commands() {
    return wordsIn(projectFile(kOptionSource), R"re(\{"([a-z]+)", [01], (?:[01]|kAnyNumber)\})re");
}

Words options() {
    return wordsIn(projectFile(kOptionSource), R"re(name == "(-[A-Za-z-]+)")re");
}

std::string page() {
    return projectFile("docs/man/healerctl.1");
}

TEST(Manual, TheSourceIsUnderstood) {
    EXPECT_THAT(commands(), ::testing::IsSupersetOf({"list", "why", "simulate"}));
    EXPECT_EQ(commands().size(), 15U);
    EXPECT_THAT(options(), ::testing::IsSupersetOf({"-n", "--lines", "--suggest", "--no-color", "-V"}));
}

TEST(Manual, HasEveryCommand) {
    EXPECT_EQ(manualHeads(manualSection(page(), ".Sh DESCRIPTION"), "^Ic ([a-z]+)"), commands());
    EXPECT_EQ(wordsIn(std::string(helpText()), "\n  ([a-z]+) [^\n]*"), commands());
}

TEST(Manual, HasEveryOption) {
    EXPECT_EQ(manualOptions(page()), options());
    Words helped = wordsIn(std::string(helpText()), "[ \\[](--?[A-Za-z][a-z-]*)");
    EXPECT_EQ(helped, options());
}

TEST(Manual, HasEveryExitStatus) {
    const Words statuses = wordsIn(projectFile("src/healerctl/options.hpp"), "k[A-Za-z]+ = ([0-9]+)");
    EXPECT_EQ(statuses.size(), 5U);
    EXPECT_EQ(manualHeads(manualSection(page(), ".Sh EXIT STATUS"), "^([0-9]+)$"), statuses);
}

TEST(Manual, HasEveryVariable) {
    EXPECT_EQ(manualHeads(manualSection(page(), ".Sh ENVIRONMENT"), "([A-Z_]{3,})"),
              wordsIn(projectFile("src/healerctl/main.cpp"), R"re(getenv\("([A-Z_]+)"\))re"));
}

TEST(Manual, SaysSomethingOfEachItem) {
    for (const ManualItem& item : manualItems(page())) {
        EXPECT_THAT(item.text, Not(IsEmpty())) << item.head;
    }
}

/// Options that a completion file knows, however the shell writes them.
TEST(Completions, KnowEveryCommandAndOption) {
    const std::string bash = projectFile("completions/healerctl.bash");
    const std::string zsh = projectFile("completions/_healerctl");
    const std::string fish = projectFile("completions/healerctl.fish");
    const Words bashWords = wordsIn(matches(bash, "commands=\"([^\"]+)\"").at(0), "([a-z]+)");
    EXPECT_EQ(bashWords, commands());
    EXPECT_EQ(wordsIn(zsh, "\n        '([a-z]+):[^\n]*'"), commands());
    EXPECT_EQ(wordsIn(fish, "__fish_seen_subcommand_from \\$commands\" -a ([a-z]+)"), commands());

    EXPECT_EQ(wordsIn(matches(bash, "options=\"([^\"]+)\"").at(0), "(--?[A-Za-z][a-z-]*)"), options());
    EXPECT_EQ(wordsIn(matches(zsh, "_arguments -C([^>]+)").at(0), "['{,](--?[A-Za-z][a-z-]*)(?=[+=,}\\[])"),
              options());
    Words fishWords;
    for (const std::string& line : matches(fish, "\n(complete -c healerctl -[sl] [^\n]+)")) {
        for (const std::string& name : matches(line, " -s ([A-Za-z])")) {
            fishWords.insert("-" + name);
        }
        for (const std::string& name : matches(line, " -l ([a-z-]+)")) {
            fishWords.insert("--" + name);
        }
    }
    EXPECT_EQ(fishWords, options());
}

} // namespace

} // namespace healer::healerctl
