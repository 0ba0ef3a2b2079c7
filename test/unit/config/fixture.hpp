// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/compiler.hpp"
#include "config/environment.hpp"
#include "config/yaml_reader.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace healer::config {

inline constexpr std::array<KeySpec, 2> kPidKeys = {{
    {.name = "pid_file_path", .type = KeyType::path, .help = "", .required = true, .unique = "PID file"},
    {.name = "interval_secs", .type = KeyType::seconds, .help = "", .byDefault = "3", .range = {0.01, 3600}},
}};
inline constexpr std::array<KeySpec, 1> kEbpfKeys = {{
    {.name = "interval_secs", .type = KeyType::seconds, .help = "", .byDefault = "30", .range = {0.01, 3600}},
}};
/// The common settings of both probes.
inline constexpr KeySpec secondsKey(std::string_view name, std::optional<std::string_view> byDefault) {
    return {.name = name, .type = KeyType::seconds, .help = "", .byDefault = byDefault};
}
inline constexpr KeySpec countKey(std::string_view name) {
    return {.name = name, .type = KeyType::integer, .help = "", .byDefault = "1"};
}
inline std::optional<std::string> mustNotBeBad(const core::ArgValue& value) {
    return std::get<std::string>(value) == "bad" ? std::optional<std::string>("must not be bad")
                                                 : std::nullopt;
}
inline constexpr std::array<KeySpec, 13> kNetworkKeys = {{
    {.name = "target_url", .type = KeyType::text, .help = "", .required = true, .check = mustNotBeBad},
    secondsKey("interval_secs", "5"),
    secondsKey("timeout_secs", "2"),
    secondsKey("start_grace_secs", std::nullopt),
    countKey("failure_threshold"),
    countKey("success_threshold"),
    {.name = "expected_status", .type = KeyType::plain, .help = "", .byDefault = "200-399"},
    {.name = "expected_body", .type = KeyType::text, .help = ""},
    {.name = "headers", .type = KeyType::textMap, .help = ""},
    {.name = "server_name", .type = KeyType::text, .help = ""},
    {.name = "bad_certificate", .type = KeyType::text, .help = "", .byDefault = "warn"},
    {.name = "ca_file", .type = KeyType::path, .help = ""},
    {.name = "insecure", .type = KeyType::boolean, .help = "", .byDefault = "false"},
}};
inline constexpr std::array<KeySpec, 11> kExecKeys = {{
    {.name = "command", .type = KeyType::program, .help = "", .required = true},
    {.name = "args", .type = KeyType::textList, .help = ""},
    {.name = "convention", .type = KeyType::text, .help = ""},
    {.name = "fail_status", .type = KeyType::plain, .help = ""},
    {.name = "warn_status", .type = KeyType::plain, .help = ""},
    {.name = "silent_status", .type = KeyType::plain, .help = ""},
    secondsKey("interval_secs", "10"),
    secondsKey("timeout_secs", "2"),
    secondsKey("start_grace_secs", std::nullopt),
    countKey("failure_threshold"),
    countKey("success_threshold"),
}};
inline constexpr std::array<KeySpec, 1> kUnitKeys = {{{.name = "unit", .type = KeyType::unitName}}};
inline constexpr std::array<MonitorSchema, 5> kSchemas = {{
    {.type = "network", .keys = kNetworkKeys, .confirmsStart = true, .role = core::MonitorRole::probe},
    {.type = "exec", .keys = kExecKeys, .confirmsStart = true, .role = core::MonitorRole::probe},
    {.type = "ebpf", .keys = kEbpfKeys, .addedToProbes = true},
    {.type = "pid", .keys = kPidKeys, .confirmsStart = true},
    {.type = "unit", .keys = kUnitKeys, .unitKey = "unit"},
}};

/// A file system in which every path is an executable file of root, except for known directories and what a
/// test sets.
class FakeFiles : public FileProbe {
public:
    std::map<std::string, core::Result<FileFacts>> special;
    FakeFiles() {
        for (const char* path : {"/", "/tmp", "/usr", "/usr/bin", "/srv", "/usr/local", "/usr/local/bin",
                                 "/usr/sbin", "/var/lib"}) {
            special.emplace(path, FileFacts{FileKind::directory, 0755, 0, {}});
        }
    }
    [[nodiscard]] core::Result<FileFacts> follow(const std::string& path) const override {
        return inspect(path);
    }
    [[nodiscard]] core::Result<FileFacts> inspect(const std::string& path) const override {
        const auto found = special.find(path);
        if (found == special.end() && !missingBelow.empty() && path.find(missingBelow) != std::string::npos) {
            return core::Error{"does not exist"};
        }
        return found == special.end() ? FileFacts{FileKind::regular, 0755, 0, {}} : found->second;
    }
    std::string missingBelow; ///< paths with this in them do not exist, unless they are special
    std::map<std::string, std::string> scripts; ///< with their interpreters
    [[nodiscard]] std::optional<std::string> interpreter(const std::string& path) const override {
        const auto found = scripts.find(path);
        return found == scripts.end() ? std::nullopt : std::optional(found->second);
    }
    void set(const std::string& path, core::Result<FileFacts> facts) {
        special.insert_or_assign(path, std::move(facts));
    }
};

inline const core::User kRoot{"root", 0, 0, {0}, "/root", "/bin/sh"};
inline const core::User kBob{"bob", 1000, 1000, {1000, 50}, "/home/bob", "/bin/bash"};
inline const core::User kWeb{"web", 33, 33, {33}, "/var/www", "/bin/false"};

inline core::Result<core::User> fakeUser(const std::string& name) {
    for (const core::User& user : {kRoot, kBob, kWeb}) {
        if (user.name == name || std::to_string(user.uid) == name) {
            return user;
        }
    }
    return core::Error{"there is no user '" + name + "'"};
}

inline Environment as(const core::User& self, const FileProbe& files) {
    return {self, fakeUser, &files};
}

/// Compiles a text as the file "c.yaml".
inline CompileOutcome compileText(const std::string& text, const Environment& who) {
    YamlOutcome yaml = readYaml("c.yaml", text);
    CompileInput input;
    input.main = yaml.document ? &*yaml.document : nullptr;
    input.monitors = kSchemas;
    input.complete = yaml.document.has_value();
    CompileOutcome outcome = compile(input, who);
    outcome.findings.errors.insert(outcome.findings.errors.begin(), yaml.errors.begin(), yaml.errors.end());
    return outcome;
}

inline std::vector<std::string> lines(std::span<const Diagnostic> diagnostics) {
    std::vector<std::string> formatted;
    for (const Diagnostic& diagnostic : diagnostics) {
        formatted.push_back(format(diagnostic));
    }
    return formatted;
}

} // namespace healer::config
