// SPDX-License-Identifier: Apache-2.0
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

} // namespace
