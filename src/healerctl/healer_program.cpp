// SPDX-License-Identifier: Apache-2.0
#include "healerctl/healer_program.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <ostream>
#include <system_error>
#include <utility>
#include <vector>

namespace healer::healerctl {

namespace {

/// Becomes healer with these arguments.
int become(std::vector<std::string> words, const Terminal& terminal) {
    std::error_code error;
    const auto beside = std::filesystem::read_symlink("/proc/self/exe", error).replace_filename("healer");
    const bool found = !error && ::access(beside.c_str(), X_OK) == 0;
    const std::string program = found ? beside.string() : "healer";
    words.insert(words.begin(), program);
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    terminal.out.flush();
    ::execvp(program.c_str(), arguments.data());
    terminal.err << "healerctl: cannot run " << program << ": " << std::strerror(errno) << '\n';
    return kFailed;
}

void addConfig(std::vector<std::string>& words, const std::optional<std::string>& file) {
    if (file) {
        words.insert(words.end(), {"--config", *file});
    }
}

void addJson(std::vector<std::string>& words, const Terminal& terminal) {
    if (terminal.json != JsonStyle::off) {
        words.emplace_back("--json");
    }
}

} // namespace

int becomeCheck(const std::optional<std::string>& file, const Terminal& terminal) {
    std::vector<std::string> words{"--check"};
    addConfig(words, file);
    addJson(words, terminal);
    return become(std::move(words), terminal);
}

int becomeSimulation(const std::optional<std::string>& file, const std::string& scenario,
                     const Terminal& terminal) {
    std::vector<std::string> words{"--simulate", scenario};
    addConfig(words, file);
    addJson(words, terminal);
    return become(std::move(words), terminal);
}

} // namespace healer::healerctl
