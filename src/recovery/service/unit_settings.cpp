// SPDX-License-Identifier: Apache-2.0
#include "recovery/service/unit_settings.hpp"

#include "recovery/service/unit_name.hpp"
#include "runtime/safe_open.hpp"
#include "runtime/spawn/environment.hpp"

#include <systemd/sd-bus.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string_view>

namespace healer::recovery::service {

namespace {

/// FNV-1a over fields that are each ended by a byte which no string holds.
class Fingerprint {
public:
    void add(std::string_view field) {
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
class Properties {
public:
    explicit Properties(sd_bus_message* message) : message_(message) {}

    void text(const char* name, const std::string& value) {
        keep([&] { return sd_bus_message_append(message_, "(sv)", name, "s", value.c_str()); });
    }
    void flag(const char* name, bool value) {
        keep([&] { return sd_bus_message_append(message_, "(sv)", name, "b", value ? 1 : 0); });
    }
    void number(const char* name, int value) {
        keep([&] { return sd_bus_message_append(message_, "(sv)", name, "i", value); });
    }
    void mask(const char* name, std::uint32_t value) {
        keep([&] { return sd_bus_message_append(message_, "(sv)", name, "u", value); });
    }
    void time(const char* name, std::uint64_t usec) {
        keep([&] { return sd_bus_message_append(message_, "(sv)", name, "t", usec); });
    }
    void list(const char* name, const std::vector<std::string>& values) {
        open('r', "sv");
        keep([&] { return sd_bus_message_append(message_, "s", name); });
        open('v', "as");
        strings(values);
        close();
        close();
    }
    void command(const std::vector<std::string>& arguments) {
        openCommand("ExecStart", "a(sasb)", "(sasb)", "sasb", arguments);
        keep([&] { return sd_bus_message_append(message_, "b", 0); });
        closeCommand();
    }
    /// The same with '$' left alone.
    void literalCommand(const std::vector<std::string>& arguments) {
        openCommand("ExecStartEx", "a(sasas)", "(sasas)", "sasas", arguments);
        strings({"no-env-expand"});
        closeCommand();
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
    void openCommand(const char* property, const char* variant, const char* array, const char* fields,
                     const std::vector<std::string>& arguments) {
        open('r', "sv");
        keep([&] { return sd_bus_message_append(message_, "s", property); });
        open('v', variant);
        open('a', array);
        open('r', fields);
        keep([&] { return sd_bus_message_append(message_, "s", arguments.front().c_str()); });
        strings(arguments);
    }
    void closeCommand() {
        constexpr int kLevels = 4;
        for (int level = 0; level < kLevels; ++level) {
            close();
        }
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

void appendProperties(Properties& properties, const UnitSettings& settings, ForkSupport support) {
    constexpr std::uint32_t kUmask = 022;
    properties.text("Description", descriptionOf(settings));
    // The job ends when the program is executing, or with what was in its way.
    properties.text("Type", "exec");
    if (survivesReload(settings)) {
        properties.command(settings.arguments);
    } else {
        properties.literalCommand(settings.arguments);
    }
    if (!settings.user.empty()) {
        properties.text("User", settings.user);
    }
    properties.text("WorkingDirectory", settings.workingDirectory);
    properties.list("Environment", settings.environment);
    properties.mask("UMask", kUmask);
    properties.text("SyslogIdentifier", settings.name);
    if (settings.output) {
        properties.text("StandardOutputFileToAppend", *settings.output);
        properties.text("StandardErrorFileToAppend", *settings.output);
    } else {
        properties.text("StandardOutput", "journal");
        properties.text("StandardError", "journal");
    }
    properties.number("KillSignal", settings.stop.signal);
    properties.flag("SendSIGKILL", true);
    properties.time("TimeoutStopUSec", static_cast<std::uint64_t>(settings.stop.timeout.count()));
    // How often to start is the breaker's business; systemd's limit would lock out people too.
    properties.time("StartLimitIntervalUSec", 0);
    if (!settings.mayFork) {
        // The stop signal is for the program; what it leaves behind is killed without delay.
        properties.text("KillMode", "mixed");
        return;
    }
    properties.text("KillMode", "control-group");
    if (support == ForkSupport::exitType) {
        properties.text("ExitType", "cgroup");
    } else {
        properties.flag("RemainAfterExit", true);
    }
}

} // namespace

UnitSettings settingsFor(const LaunchOrder& order) {
    UnitSettings settings;
    settings.name = order.name;
    settings.unit = unitName(order.name);
    settings.arguments.push_back(order.command.path);
    settings.arguments.insert(settings.arguments.end(), order.command.args.begin(), order.command.args.end());
    settings.environment = runtime::environmentFor(order.command);
    settings.user = order.command.user.uid == 0 ? "" : order.command.user.name;
    settings.workingDirectory = order.command.workingDirectory;
    settings.output = order.command.output;
    settings.stop = order.stop;
    settings.mayFork = order.mayFork;
    return settings;
}

std::string descriptionOf(const UnitSettings& settings) {
    Fingerprint fingerprint;
    fingerprint.add(settings.arguments);
    fingerprint.add(settings.environment);
    fingerprint.add(settings.user);
    fingerprint.add(settings.workingDirectory);
    fingerprint.add(settings.output.value_or(""));
    fingerprint.add(std::to_string(settings.stop.signal));
    fingerprint.add(std::to_string(settings.stop.timeout.count()));
    fingerprint.add(settings.mayFork ? "may fork" : "");
    return settings.name + ", started by Healer (settings " + fingerprint.text() + ")";
}

bool survivesReload(const UnitSettings& settings) {
    return std::none_of(
        settings.arguments.begin(), settings.arguments.end(),
        [](const std::string& argument) { return argument.find_first_of("$;") != std::string::npos; });
}

int appendStartTransientUnit(sd_bus_message* message, const UnitSettings& settings, ForkSupport support) {
    int result = sd_bus_message_append(message, "ss", settings.unit.c_str(), "replace");
    if (result >= 0) {
        result = sd_bus_message_open_container(message, 'a', "(sv)");
    }
    if (result < 0) {
        return result;
    }
    Properties properties(message);
    appendProperties(properties, settings, support);
    if (properties.result() < 0) {
        return properties.result();
    }
    result = sd_bus_message_close_container(message);
    // No auxiliary units.
    return result < 0 ? result : sd_bus_message_append(message, "a(sa(sv))", 0);
}

core::Result<void> checkOutput(const UnitSettings& settings) {
    if (!settings.output) {
        return {};
    }
    const auto opened = runtime::openForAppend(*settings.output);
    if (!opened) {
        return opened.error();
    }
    if (!opened->file) {
        return core::Error{"systemd would write to " + *settings.output + " as root: " + opened->untrusted +
                           "; choose another place, or launch: direct"};
    }
    return {};
}

} // namespace healer::recovery::service
