// SPDX-License-Identifier: Apache-2.0
#include "config/plan_keys.hpp"
#include "config/scalar.hpp"
#include "unit/config/fixture.hpp"

#include <gmock/gmock.h>

#include <csignal>

namespace healer::config {

/// A plan with members of several kinds.
struct Sample {
    struct Inner {
        std::string deep = "none";
    };
    std::int64_t size = 0;
    double share = 50;
    int signal = SIGTERM;
    core::Duration least{0};
    core::Duration most = std::chrono::seconds(5);
    std::optional<std::string> where;
    std::vector<std::string> list;
    Inner inner;
    core::StopPlan stop;
};

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Key<Sample> kSampleKeys[] = {
    {.spec = {.name = "size", .type = KeyType::byteSize, .help = "A size.", .since = "1", .range = {1, 4e12}},
     .fills = member<&Sample::size>()},
    {.spec =
         {.name = "share", .type = KeyType::percentage, .help = "A share.", .since = "1", .range = {0, 100}},
     .fills = member<&Sample::share>()},
    {.spec = {.name = "signal", .type = KeyType::signal, .help = "A signal.", .since = "1"},
     .fills = member<&Sample::signal>()},
    {.spec =
         {.name = "least_ms", .type = KeyType::milliseconds, .help = "A wait.", .since = "1", .range = kWait},
     .fills = member<&Sample::least>()},
    {.spec = {.name = "most_secs",
              .type = KeyType::seconds,
              .help = "A wait.",
              .since = "1",
              .range = kWait,
              .atLeast = "least_ms"},
     .fills = member<&Sample::most>()},
    {.spec = {.name = "where",
              .alias = "place",
              .type = KeyType::path,
              .help = "A path.",
              .since = "1",
              .excluded = {"size", "makes no sense with a size"}},
     .fills = member<&Sample::where>()},
    {.spec = {.name = "list", .type = KeyType::textList, .help = "A list.", .since = "1", .required = true},
     .fills = member<&Sample::list>()},
    {.spec = {.name = "deep", .type = KeyType::text, .help = "A text.", .since = "1"},
     .fills = member<&Sample::inner, &Sample::Inner::deep>()},
    {.spec = {.name = "stop", .type = KeyType::mapping, .help = "A mapping.", .since = "1"},
     .fills = member<&Sample::stop>()},
};
static_assert(sound(kSampleKeys));

struct Reading {
    Sample plan;
    std::vector<std::string> errors;
};

Reading readSample(const std::string& text) {
    const YamlOutcome yaml = readYaml("c.yaml", text);
    EXPECT_TRUE(yaml.document) << format(yaml.errors);
    Findings findings;
    Section section(*yaml.document, findings);
    Reading reading;
    readKeys(section, KeyTable<Sample>(kSampleKeys), reading.plan);
    reading.errors = lines(findings.errors);
    return reading;
}

TEST(KeyTable, FillsTheMembers) {
    const auto [plan, errors] =
        readSample("size: 512M\nshare: 12.5%\nsignal: USR1\nleast_ms: 20\nmost_secs: 1.5\n"
                   "list: [a, 1]\ndeep: x\nstop: {timeout_secs: 3}\n");
    EXPECT_THAT(errors, IsEmpty());
    EXPECT_EQ(plan.size, 512 * 1024 * 1024);
    EXPECT_EQ(plan.share, 12.5);
    EXPECT_EQ(plan.signal, SIGUSR1);
    EXPECT_EQ(plan.least, 20ms);
    EXPECT_EQ(plan.most, 1500ms);
    EXPECT_EQ(plan.where, std::nullopt);
    EXPECT_THAT(plan.list, ElementsAre("a", "1"));
    EXPECT_EQ(plan.inner.deep, "x");
    EXPECT_EQ(plan.stop, (core::StopPlan{SIGTERM, 3s}));
}

TEST(KeyTable, ReportsEveryMistakeAndKeepsTheDefault) {
    const auto [plan, errors] =
        readSample("size: 512MB\nshare: 80\nsignal: [1]\nstop: {timeout: 3}\nshape: 1\n");
    EXPECT_THAT(
        errors,
        ElementsAre("c.yaml:1:7: size: must be a size in bytes, such as 1048576, 512M or 2G, not '512MB'",
                    "c.yaml:2:8: share: must be a percentage, such as 80%, not '80'",
                    "c.yaml:3:9: signal: must be text, not a list", "c.yaml:1:1: list: is required",
                    "c.yaml:4:8: stop.timeout: unknown key, known here are signal, timeout_secs, mode",
                    "c.yaml:5:1: shape: unknown key (did you mean 'share'?)"));
    EXPECT_EQ(plan.size, 0);
    EXPECT_EQ(plan.share, 50);
}

TEST(KeyTable, KeepsSizesAndPercentagesInsideTheirRanges) {
    EXPECT_THAT(readSample("size: 0\nshare: 101%\nlist: []\n").errors,
                ElementsAre("c.yaml:1:7: size: must be between 1 and 4000000000000, not 0",
                            "c.yaml:2:8: share: must be between 0 and 100, not 101%"));
}

TEST(KeyTable, TakesOneOfTwoSpellings) {
    EXPECT_EQ(readSample("list: []\nplace: /srv\n").plan.where, "/srv");
    EXPECT_THAT(readSample("list: []\nplace: /srv\nwhere: /\n").errors,
                ElementsAre("c.yaml:2:8: place: is the same as where; give one of them"));
}

TEST(KeyTable, ReportsAKeyThatAnotherOneExcludes) {
    EXPECT_THAT(readSample("list: []\nplace: /srv\nsize: 1\n").errors,
                ElementsAre("c.yaml:2:8: place: makes no sense with a size"));
}

TEST(KeyTable, ALimitMovesADefaultButNotAValue) {
    EXPECT_EQ(readSample("list: []\nleast_ms: 7000\n").plan.most, 7s);
    EXPECT_THAT(readSample("list: []\nleast_ms: 7000\nmost_secs: 6\n").errors,
                ElementsAre("c.yaml:3:12: most_secs: must not be smaller than least_ms"));
    EXPECT_THAT(readSample("list: []\nleast_ms: 7000\nmost_secs: x\n").errors,
                ElementsAre("c.yaml:3:12: most_secs: must be a number of seconds, not text"));
}

TEST(Values, ByteSizesHaveBinarySuffixes) {
    EXPECT_EQ(parseByteSize("0"), 0);
    EXPECT_EQ(parseByteSize("4096"), 4096);
    EXPECT_EQ(parseByteSize("3K"), 3 * 1024);
    EXPECT_EQ(parseByteSize("1.5G"), 1536LL * 1024 * 1024);
    EXPECT_EQ(parseByteSize("2T"), 2LL << 40);
    for (const char* bad : {"", "M", "-1", "+1", "1.5", "1 G", "1g", "1GB", "1.G", ".5G", "0x1K",
                            "9999999999T", "99999999999999999999", "1e3", "1e300G"}) {
        EXPECT_EQ(parseByteSize(bad), std::nullopt) << bad;
    }
    EXPECT_EQ(byteSizeText(0), "0");
    EXPECT_EQ(byteSizeText(1000), "1000");
    EXPECT_EQ(byteSizeText(1536LL * 1024 * 1024), "1536M");
    EXPECT_EQ(byteSizeText(4096LL << 40), "4096T");
}

TEST(Values, PercentagesHaveASign) {
    EXPECT_EQ(parsePercentage("80%"), 80);
    EXPECT_EQ(parsePercentage("0.5%"), 0.5);
    EXPECT_EQ(parsePercentage("250%"), 250);
    for (const char* bad : {"", "%", "80", "-1%", "+1%", "8 %", "80%%", ".5%", "x%"}) {
        EXPECT_EQ(parsePercentage(bad), std::nullopt) << bad;
    }
}

TEST(Values, AreRenderedAsTheyAreWritten) {
    EXPECT_EQ(render(std::int64_t{2} << 30, KeyType::byteSize), "2G");
    EXPECT_EQ(render(12.5, KeyType::percentage), "12.5%");
    EXPECT_EQ(render(std::int64_t{SIGTERM}, KeyType::signal), "SIGTERM");
    EXPECT_EQ(render(core::Duration(1500ms), KeyType::seconds), "1.5");
    EXPECT_EQ(render(core::Duration(1500ms), KeyType::milliseconds), "1500");
    EXPECT_EQ(render(std::vector<std::string>{"a", "b"}, KeyType::textList), "[a, b]");
    EXPECT_EQ(render(std::map<std::string, std::string>{{"A", "1"}}, KeyType::variables), "{A: 1}");
    EXPECT_EQ(render(true, KeyType::boolean), "true");
}

/// A value of the wrong type is reported for every key: no key of a table is ignored.
TEST(PlanKeys, AreAllRead) {
    const FakeFiles files;
    const std::map<std::string, std::string> places = {
        {"Top level", ""},
        {"Processes", "processes:\n  - "},
        {"Stop", "processes:\n  - stop: {"},
        {"Recovery", "processes:\n  - recovery: {"},
        {"Backoff", "processes:\n  - recovery: {backoff: {"},
        {"Dependencies", "processes:\n  - dependencies: [{"},
    };
    for (const DescribedMapping& mapping : describeMappings()) {
        const std::string& before = places.at(mapping.heading);
        for (const DescribedKey& key : mapping.keys) {
            std::string text =
                before + std::string(key.spec.name) + (typeName(key.spec.type) == "list" ? ": 7" : ": [{}]");
            for (auto open = before.rbegin(); open != before.rend(); ++open) {
                text += *open == '{' ? "}" : *open == '[' ? "]" : "";
            }
            const auto outcome = compileText(text, as(kRoot, files));
            EXPECT_TRUE(std::any_of(outcome.findings.errors.begin(), outcome.findings.errors.end(),
                                    [&](const Diagnostic& error) {
                                        return error.message != "is required" &&
                                               error.key.ends_with(key.spec.name);
                                    }))
                << mapping.heading << ": " << key.spec.name
                << " is not read: " << format(outcome.findings.errors);
        }
    }
}

} // namespace
} // namespace healer::config
