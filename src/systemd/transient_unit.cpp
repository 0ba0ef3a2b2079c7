// SPDX-License-Identifier: Apache-2.0
#include "systemd/transient_unit.hpp"

#include <systemd/sd-bus.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdio>

namespace healer::systemd {

namespace {

/// FNV-1a over fields that are each ended by a byte which no string holds.
class Fingerprint {
public:
    void add(const std::string& field) {
        for (const char letter : field) {
            mix(static_cast<unsigned char>(letter));
        }
        mix(0);
    }
    void add(const std::vector<std::string>& fields) {
        for (const auto& field : fields) {
            add(field);
        }
        mix(1);
    }
    void add(const ExecCommand& command) { add(command.arguments); }
    void add(const std::vector<EnvironmentFile>& files) {
        for (const auto& file : files) {
            add(file.path);
            add(file.mayBeMissing ? 1 : 0);
        }
        mix(1);
    }
    template <std::integral Number>
    void add(Number number) {
        add(std::to_string(number));
    }
    [[nodiscard]] std::string text() const {
        std::array<char, 17> digits{};
        (void)std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(state_));
        return digits.data();
    }

private:
    void mix(unsigned char byte) {
        constexpr std::uint64_t kPrime = 0x100000001b3;
        state_ = (state_ ^ byte) * kPrime;
    }
    std::uint64_t state_ = 0xcbf29ce484222325;
};

/// Appends properties to an open a(sv); the first failure stays.
class Appender {
public:
    explicit Appender(sd_bus_message* message) : message_(message) {}

    void append(const char* name, const PropertyValue& value) {
        open('r', "sv");
        keep([&] { return sd_bus_message_append(message_, "s", name); });
        std::visit([this](const auto& what) { variant(what); }, value);
        close();
    }
    [[nodiscard]] int result() const { return result_; }

private:
    template <typename Step>
    void keep(Step step) {
        if (result_ >= 0) {
            result_ = step();
        }
    }
    void open(char type, const char* contents) {
        keep([&] { return sd_bus_message_open_container(message_, type, contents); });
    }
    void close() {
        keep([&] { return sd_bus_message_close_container(message_); });
    }

    void variant(const std::string& value) {
        keep([&] { return sd_bus_message_append(message_, "v", "s", value.c_str()); });
    }
    void variant(bool value) {
        keep([&] { return sd_bus_message_append(message_, "v", "b", value ? 1 : 0); });
    }
    void variant(std::int32_t value) {
        keep([&] { return sd_bus_message_append(message_, "v", "i", value); });
    }
    void variant(std::uint32_t value) {
        keep([&] { return sd_bus_message_append(message_, "v", "u", value); });
    }
    void variant(std::uint64_t value) {
        keep([&] { return sd_bus_message_append(message_, "v", "t", value); });
    }
    void variant(const std::vector<std::string>& values) {
        open('v', "as");
        strings(values);
        close();
    }
    void variant(const std::vector<EnvironmentFile>& files) {
        open('v', "a(sb)");
        open('a', "(sb)");
        for (const auto& file : files) {
            keep([&] {
                return sd_bus_message_append(message_, "(sb)", file.path.c_str(), file.mayBeMissing ? 1 : 0);
            });
        }
        close();
        close();
    }
    void variant(const ExecCommand& command) {
        open('v', command.literal ? "a(sasas)" : "a(sasb)");
        open('a', command.literal ? "(sasas)" : "(sasb)");
        open('r', command.literal ? "sasas" : "sasb");
        keep([&] { return sd_bus_message_append(message_, "s", command.arguments.front().c_str()); });
        strings(command.arguments);
        if (command.literal) {
            strings({"no-env-expand"});
        } else {
            keep([&] { return sd_bus_message_append(message_, "b", 0); });
        }
        close();
        close();
        close();
    }
    void strings(const std::vector<std::string>& values) {
        open('a', "s");
        for (const auto& value : values) {
            keep([&] { return sd_bus_message_append(message_, "s", value.c_str()); });
        }
        close();
    }

    sd_bus_message* message_;
    int result_ = 0;
};

UnitProperty commandOf(const TransientUnit& unit) {
    const bool literal = !survivesReload(unit);
    return {literal ? "ExecStartEx" : "ExecStart", ExecCommand{unit.arguments, literal}};
}

constexpr bool kYes = true;

const char* killModeOf(core::KillMode mode) {
    switch (mode) {
    case core::KillMode::group:
        return "control-group";
    case core::KillMode::mixed:
        return "mixed";
    case core::KillMode::process:
        return "process";
    }
    return "control-group";
}

UnitProperty keepingHeirs(ForkSupport support) {
    return support == ForkSupport::exitType ? UnitProperty{"ExitType", std::string("cgroup")}
                                            : UnitProperty{"RemainAfterExit", kYes};
}

} // namespace

std::vector<UnitProperty> propertiesOf(const TransientUnit& unit, ForkSupport support) {
    constexpr std::uint32_t kUmask = 022;
    using Text = std::string;
    std::vector<UnitProperty> properties{
        // The job ends when the program is executing, or with what was in its way.
        {"Type", Text("exec")},
        commandOf(unit),
        {"WorkingDirectory", unit.workingDirectory},
        {"Environment", unit.environment},
        {"UMask", kUmask},
        {"SyslogIdentifier", unit.name},
        {unit.output ? "StandardOutputFileToAppend" : "StandardOutput", unit.output.value_or("journal")},
        {unit.output ? "StandardErrorFileToAppend" : "StandardError", unit.output.value_or("journal")},
        {"KillSignal", std::int32_t{unit.stop.signal}},
        {"SendSIGKILL", kYes},
        {"TimeoutStopUSec", static_cast<std::uint64_t>(unit.stop.timeout.count())},
        // The breaker decides how often to start; systemd's limit would also refuse an administrator's start.
        {"StartLimitIntervalUSec", std::uint64_t{0}},
        {"KillMode", Text(killModeOf(unit.stop.mode))},
        // No target wants it, so that each `systemctl isolate` would stop it; rescue mode is to do so.
        {"IgnoreOnIsolate", kYes},
        {"Conflicts", std::vector<Text>{"rescue.target", "emergency.target"}},
    };
    // The unit lives as long as any of its processes: the end of the first one may be a daemon that puts
    // itself into the background, or an upgrade on the fly. Whether it was an end is decided by Healer. Where
    // others are left alone they stay anyway, and a stop must not wait for them.
    if (unit.stop.mode != core::KillMode::process) {
        properties.push_back(keepingHeirs(support));
    }
    if (!unit.environmentFiles.empty()) {
        properties.push_back({"EnvironmentFiles", unit.environmentFiles});
    }
    if (!unit.user.empty()) {
        properties.push_back({"User", unit.user});
    }
    return properties;
}

std::string fingerprintOf(const std::vector<UnitProperty>& properties) {
    Fingerprint fingerprint;
    for (const auto& property : properties) {
        fingerprint.add(std::string(property.name));
        std::visit([&](const auto& value) { fingerprint.add(value); }, property.value);
    }
    return fingerprint.text();
}

std::string descriptionOf(const TransientUnit& unit) {
    return unit.name + ", started by Healer (settings " +
           fingerprintOf(propertiesOf(unit, ForkSupport::exitType)) + ")";
}

bool survivesReload(const TransientUnit& unit) {
    return std::none_of(unit.arguments.begin(), unit.arguments.end(), [](const std::string& argument) {
        return argument.find_first_of("$;") != std::string::npos;
    });
}

int appendStartTransientUnit(sd_bus_message* message, const TransientUnit& unit, ForkSupport support) {
    int result = sd_bus_message_append(message, "ss", unit.unit.c_str(), "replace");
    if (result >= 0) {
        result = sd_bus_message_open_container(message, 'a', "(sv)");
    }
    if (result < 0) {
        return result;
    }
    Appender appender(message);
    appender.append("Description", descriptionOf(unit));
    for (const auto& property : propertiesOf(unit, support)) {
        appender.append(property.name, property.value);
    }
    if (appender.result() < 0) {
        return appender.result();
    }
    result = sd_bus_message_close_container(message);
    // No auxiliary units.
    return result < 0 ? result : sd_bus_message_append(message, "a(sa(sv))", 0);
}

} // namespace healer::systemd
