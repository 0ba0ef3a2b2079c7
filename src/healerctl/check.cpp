// SPDX-License-Identifier: Apache-2.0
#include "healerctl/check.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <ostream>
#include <system_error>
#include <vector>

namespace healer::healerctl {

int becomeCheck(const std::optional<std::string>& file, const Terminal& terminal) {
    std::error_code error;
    const auto beside = std::filesystem::read_symlink("/proc/self/exe", error).replace_filename("healer");
    const bool found = !error && ::access(beside.c_str(), X_OK) == 0;
    const std::string program = found ? beside.string() : "healer";
    std::vector<std::string> words{program, "--check"};
    if (file) {
        words.insert(words.end(), {"--config", *file});
    }
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

} // namespace healer::healerctl
