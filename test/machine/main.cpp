// SPDX-License-Identifier: Apache-2.0
// machine FIRST COUNT: runs these seeds, and prints the timeline of each that finds something.
#include "machine/run.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

int main(int argc, char** argv) {
    const std::uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
    const std::uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    const bool verbose = count == 1;
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("healer-machine." + std::to_string(::getpid()));
    std::uint64_t found = 0;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const auto outcome = healer::machine::run(seed, folder.string());
        if (outcome.finding) {
            ++found;
            std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), outcome.finding->c_str());
        }
        if (verbose) {
            for (const auto& line : outcome.timeline) {
                std::printf("%s\n", line.c_str());
            }
        }
    }
    std::filesystem::remove_all(folder);
    std::printf("%llu seeds, %llu with a finding\n", static_cast<unsigned long long>(count),
                static_cast<unsigned long long>(found));
    return found == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
