// SPDX-License-Identifier: Apache-2.0
#include "core/command_fingerprint.hpp"

#include <string>
#include <string_view>

namespace healer::core {

namespace {

/// FNV-1a over fields that are each ended by a byte which no string holds.
class Fnv {
public:
    void add(std::string_view text) {
        for (const char c : text) {
            add(static_cast<unsigned char>(c));
        }
        add(static_cast<unsigned char>(0));
    }
    [[nodiscard]] std::uint64_t value() const { return value_ == 0 ? 1 : value_; }

private:
    void add(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3U; }

    std::uint64_t value_ = 0xcbf29ce484222325U;
};

} // namespace

std::uint64_t fingerprintOf(const CommandPlan& command) {
    // Does not compile when a member is added that is not named here. Of the user, the name is what was
    // configured.
    const auto& [path, args, user, workingDirectory, environment, environmentFiles, output] = command;
    Fnv fnv;
    fnv.add(path);
    fnv.add(std::to_string(args.size()));
    for (const std::string& argument : args) {
        fnv.add(argument);
    }
    fnv.add(user.name);
    fnv.add(workingDirectory);
    for (const auto& [name, value] : environment) {
        fnv.add(name);
        fnv.add(value);
    }
    for (const auto& file : environmentFiles) {
        fnv.add(file);
    }
    fnv.add(output.value_or(""));
    return fnv.value();
}

} // namespace healer::core
