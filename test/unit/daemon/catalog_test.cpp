// SPDX-License-Identifier: Apache-2.0
#include "support/manual.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace {

std::set<std::string> idsIn(const std::string& file, const std::string& pattern) {
    std::ifstream stream(std::string(HEALER_SOURCE_DIR) + file);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const std::regex expression(pattern);
    std::set<std::string> ids;
    for (std::sregex_iterator match(text.begin(), text.end(), expression), end; match != end; ++match) {
        EXPECT_TRUE(ids.insert((*match)[1]).second) << (*match)[1] << " stands twice in " << file;
    }
    return ids;
}

TEST(Catalog, ExplainsEveryMessageIdAndNoOther) {
    const auto used = idsIn("/src/runtime/message_ids.hpp", "\"([0-9a-f]{32})\"");
    EXPECT_FALSE(used.empty());
    EXPECT_EQ(used, idsIn("/systemd/healer.catalog", "-- ([0-9a-f]{32})"));
}

/// The fields stand in the journal only, so a slip would be seen by nobody before it is needed.
TEST(Catalog, EachTextIsCompleteAndUsesFieldsThatThereAre) {
    using namespace healer::test;
    const std::string catalog = projectFile("systemd/healer.catalog") + "\n-- ";
    const Words fields =
        manualHeads(manualSection(projectFile("docs/man/healer.8"), ".Ss Journal"), "^Va ([A-Z_]+)$");
    std::size_t entries = 0;
    for (std::size_t start = catalog.find("\n-- "); start + 4 < catalog.size(); ++entries) {
        const std::size_t next = catalog.find("\n-- ", start + 1);
        const std::string entry = catalog.substr(start, next - start);
        EXPECT_TRUE(
            std::regex_search(entry, std::regex("^\n-- [0-9a-f]{32}\nSubject: [^\n]+\nDefined-By: healer\n"
                                                "Support: man:healer\\(8\\)\n\n[^]{40}")))
            << entry;
        for (const std::string& field : wordsIn(entry, "@([A-Z_]+)@")) {
            EXPECT_TRUE(fields.contains(field)) << field << " in" << entry;
        }
        start = next;
    }
    EXPECT_EQ(entries, idsIn("/systemd/healer.catalog", "-- ([0-9a-f]{32})").size());
}

} // namespace
