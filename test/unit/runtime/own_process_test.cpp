// SPDX-License-Identifier: Apache-2.0
#include "runtime/own_process.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <string>

namespace healer::runtime {
namespace {

/// KiB of program text that are in the page tables.
long mappedText() {
    std::ifstream maps("/proc/self/smaps");
    long sum = 0;
    bool text = false;
    for (std::string line; std::getline(maps, line);) {
        if (std::regex_search(line, std::regex("^[0-9a-f]+-"))) {
            text = line.find(" r-xp ") != std::string::npos && line.find(" 00:00 ") == std::string::npos;
        } else if (text && line.starts_with("Rss:")) {
            sum += std::atol(line.c_str() + 4);
        }
    }
    return sum;
}

TEST(OwnMemory, TextThatIsNotInUseIsGivenBackAndComesAgain) {
    const long before = mappedText();
    returnIdleMemory();
    const long after = mappedText();
    EXPECT_LT(after, before) << "KiB";
    EXPECT_GT(after, 0) << "this test runs";
}

} // namespace
} // namespace healer::runtime
