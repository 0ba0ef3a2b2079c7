// SPDX-License-Identifier: Apache-2.0
// Gives a harness every file of a folder, and what becomes of it when it is cut short or single bytes change.
#include "fuzz/fuzz.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

namespace {

constexpr int kCuts = 16;
constexpr std::size_t kMostChanges = 512;
constexpr std::size_t kBytesToChange = 20'000; ///< in all, so that long inputs do not take long

void give(const std::string& text) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

void vary(const std::string& text) {
    // The same at each run: the default seed of this engine is a part of its definition.
    std::minstd_rand random;
    for (int cut = 0; cut < kCuts && !text.empty(); ++cut) {
        give(text.substr(0, random() % text.size()));
    }
    std::string changed = text;
    const auto changes = text.empty() ? 0 : std::min(kMostChanges, kBytesToChange / text.size());
    for (std::size_t change = 0; change < changes; ++change) {
        if (change % 8 == 0) {
            changed = text;
        }
        changed[random() % changed.size()] = static_cast<char>(random() % 256);
        give(changed);
    }
}

} // namespace

int main(int argc, char** argv) {
    std::vector<std::filesystem::path> files;
    for (int i = 1; i < argc; ++i) {
        std::copy(std::filesystem::directory_iterator(argv[i]), {}, std::back_inserter(files));
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        std::ifstream stream(file, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        std::printf("%s (%zu bytes)\n", file.c_str(), text.size());
        std::fflush(stdout);
        give(text);
        vary(text);
    }
    return files.empty() ? EXIT_FAILURE : EXIT_SUCCESS;
}
