// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_reader.hpp"

#include "unit/config/fixture.hpp"

#include <gmock/gmock.h>

namespace healer::config {
namespace {

using testing::ElementsAre;

std::vector<std::string> errorsOf(const std::string& text) {
    return lines(readYaml("f", text).errors);
}

TEST(YamlReader, KnowsWhereEveryKeyAndValueStands) {
    const auto outcome = readYaml("f", "# first\na: 1\nb:\n  - x\n  - {c: \"2\"}\n");
    ASSERT_TRUE(outcome.document);
    const ConfigNode& root = outcome.document->root;
    ASSERT_EQ(root.entries.size(), 2U);
    EXPECT_EQ(root.entries[0].place, (Place{2, 1}));
    EXPECT_EQ(root.entries[0].value.place, (Place{2, 4}));
    EXPECT_FALSE(root.entries[0].value.quoted);
    const ConfigNode& list = root.entries[1].value;
    EXPECT_EQ(list.items.at(0).place, (Place{4, 5}));
    EXPECT_EQ(list.items.at(1).entries.at(0).value.place, (Place{5, 9}));
    EXPECT_TRUE(list.items.at(1).entries.at(0).value.quoted);
}

TEST(YamlReader, ResolvesAliasesWhereTheyStand) {
    const auto outcome = readYaml("f", "a: &x {k: v}\nb: *x\n");
    ASSERT_TRUE(outcome.document);
    const ConfigNode& copy = outcome.document->root.entries.at(1).value;
    EXPECT_EQ(copy.place, (Place{2, 4}));
    EXPECT_EQ(copy.entries.at(0).value.text, "v");
    EXPECT_EQ(copy.entries.at(0).place, (Place{1, 8}));
}

TEST(YamlReader, MergesWhatIsNotGiven) {
    const auto outcome = readYaml("f", "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz: {<<: [*x, *y], a: 9}\n");
    EXPECT_THAT(lines(outcome.errors), testing::IsEmpty());
    std::string text;
    for (const ConfigEntry& entry : outcome.document->root.entries.at(2).value.entries) {
        text += entry.key + entry.value.text + " ";
    }
    EXPECT_EQ(text, "a9 b2 c4 ");
    EXPECT_THAT(errorsOf("a: {<<: 1}\n"),
                ElementsAre("f:1:5: <<: must be a mapping, or a list of mappings, to take keys from"));
    EXPECT_THAT(errorsOf("b: &b {c: 1}\na: {<<: *b, <<: *b}\n"),
                ElementsAre("f:2:13: <<: this key is already given in line 2; a list merges several: [*a, "
                            "*b]"));
    EXPECT_THAT(errorsOf("a: {\"<<\": 1}\n"), testing::IsEmpty());
}

TEST(YamlReader, ALineOfTheTextIsForATerminalOnly) {
    const auto outcome = readYaml("f", "a: 1\nb: c: d\n");
    ASSERT_EQ(outcome.errors.size(), 1U);
    EXPECT_THAT(formatWithLine(outcome.errors[0]), testing::EndsWith("\n    b: c: d\n        ^"));
    EXPECT_THAT(format(outcome.errors[0]), testing::Not(testing::HasSubstr("c: d")));
}

TEST(YamlReader, ReportsBadSyntaxWithItsPlace) {
    EXPECT_THAT(errorsOf("a: b\nc: [1, 2\n"),
                ElementsAre("f:3:1: a bracket or brace is missing: each [ and { needs its ] or }"));
    EXPECT_THAT(errorsOf("a: b: c\n"), ElementsAre(testing::StartsWith("f:1:5: a key does not fit here")));
    EXPECT_THAT(errorsOf("a:\n\tb: c\n"),
                ElementsAre("f:2:1: the indentation has a tab; YAML takes spaces only"));
    EXPECT_THAT(errorsOf("processes: []\n  - name: web\n"),
                ElementsAre(testing::HasSubstr("the line above is complete as it is, because of its []")));
    EXPECT_THAT(errorsOf("a:\n  - b: 1\n   - c: 2\n"),
                ElementsAre(testing::HasSubstr("check its indentation")));
    // Newer versions of yaml-cpp append the anchor.
    EXPECT_THAT(errorsOf("a: *nope\n"),
                ElementsAre(testing::StartsWith("f:1:4: the referenced anchor is not defined")));
}

TEST(YamlReader, RejectsAKeyGivenTwiceAndGoesOn) {
    const auto outcome = readYaml("f", "a: 1\nb:\n  c: 1\n  c: 2\na: 3\n");
    EXPECT_THAT(lines(outcome.errors), ElementsAre("f:4:3: c: this key is already given in line 3",
                                                   "f:5:1: a: this key is already given in line 1"));
    ASSERT_TRUE(outcome.document);
    EXPECT_EQ(outcome.document->root.entries.at(0).value.text, "1");
}

TEST(YamlReader, RejectsUnsupportedSyntax) {
    EXPECT_THAT(errorsOf("a: 1\n---\nb: 2\n"),
                ElementsAre("f:2:1: a second document begins here; only one is allowed"));
    EXPECT_THAT(errorsOf("[a]: 1\n"), ElementsAre("f:1:1: a key must be plain text"));
    EXPECT_THAT(errorsOf("a: !!int 3\n"),
                ElementsAre("f:1:4: the tag 'tag:yaml.org,2002:int' is not supported"));
    EXPECT_THAT(errorsOf("a: \"x\\0y\"\n"), ElementsAre("f:1:4: the text contains a NUL character"));
}

TEST(YamlReader, RejectsInvalidText) {
    EXPECT_THAT(errorsOf("a: 1\nb: \xff\n"), ElementsAre("f:2:4: not valid UTF-8 text"));
    EXPECT_THAT(errorsOf("a: \xc0\xaf\n"), ElementsAre("f:1:4: not valid UTF-8 text"));
    EXPECT_THAT(errorsOf("a: \xed\xa0\x80\n"), ElementsAre("f:1:4: not valid UTF-8 text"));
    EXPECT_THAT(errorsOf(std::string("a: b\0c\n", 7)), ElementsAre("f:1:5: not valid UTF-8 text"));
    EXPECT_TRUE(readYaml("f", "a: gr\xc3\xbc\xc3\x9f \xf0\x9f\x8d\x8f\n").document);
}

TEST(YamlReader, BoundsSizeDepthAndAliases) {
    EXPECT_THAT(errorsOf(std::string(kMaxFileBytes + 1, '#')), ElementsAre("f: is larger than 4 MiB"));
    EXPECT_THAT(errorsOf(std::string(40, '[') + std::string(40, ']')),
                ElementsAre("f:1:33: nested too deeply"));
    EXPECT_EQ(errorsOf(std::string(100'000, '[')).size(), 1U);
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int j = 0; j < 10; ++j) {
            bomb += before + ", ";
        }
        bomb += "]\n";
    }
    const auto errors = errorsOf(bomb);
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_THAT(errors[0], testing::EndsWith("the aliases expand to too many values"));
}

TEST(YamlReader, TakesAnEmptyTextForNothing) {
    const auto outcome = readYaml("f", "# only a comment\n");
    ASSERT_TRUE(outcome.document);
    EXPECT_EQ(outcome.document->root.kind, NodeKind::null);
}

} // namespace
} // namespace healer::config
