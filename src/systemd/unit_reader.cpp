// SPDX-License-Identifier: Apache-2.0
#include "systemd/unit_reader.hpp"

#include "runtime/proc_entry.hpp"

#include <systemd/sd-bus.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>
#include <vector>

namespace healer::systemd {

namespace {

std::string textOf(sd_bus_message* message) {
    const char* value = nullptr;
    return sd_bus_message_read_basic(message, 's', static_cast<void*>(&value)) >= 0 ? value : "";
}

template <typename T>
T numberOf(sd_bus_message* message, char type) {
    T value{};
    return sd_bus_message_read_basic(message, type, &value) >= 0 ? value : T{};
}

std::string hexOf(sd_bus_message* message) {
    const void* bytes = nullptr;
    std::size_t length = 0;
    std::string text;
    if (sd_bus_message_read_array(message, 'y', &bytes, &length) >= 0) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        for (std::size_t i = 0; i < length; ++i) {
            const auto byte = static_cast<const unsigned char*>(bytes)[i];
            text += kDigits[byte >> 4U];
            text += kDigits[byte & 0xfU];
        }
    }
    return text.find_first_not_of('0') == std::string::npos ? std::string() : text;
}

std::uint32_t jobOf(sd_bus_message* message) {
    std::uint32_t job = 0;
    const char* path = nullptr;
    return sd_bus_message_read(message, "(uo)", &job, &path) >= 0 ? job : 0;
}

std::string loadErrorOf(sd_bus_message* message) {
    const char* name = nullptr;
    const char* text = nullptr;
    return sd_bus_message_read(message, "(ss)", &name, &text) >= 0 ? text : "";
}

std::vector<std::string> textsOf(sd_bus_message* message) {
    std::vector<std::string> texts;
    const char* text = nullptr;
    if (sd_bus_message_enter_container(message, 'a', "s") >= 0) {
        while (sd_bus_message_read_basic(message, 's', static_cast<void*>(&text)) > 0) {
            texts.emplace_back(text);
        }
        (void)sd_bus_message_exit_container(message);
    }
    return texts;
}

std::vector<int> numbersOf(sd_bus_message* message) {
    const void* values = nullptr;
    std::size_t length = 0;
    if (sd_bus_message_read_array(message, 'i', &values, &length) < 0) {
        return {};
    }
    const auto* first = static_cast<const std::int32_t*>(values);
    return {first, first + length / sizeof(std::int32_t)};
}

ExitStatusSet statusesOf(sd_bus_message* message) {
    ExitStatusSet set;
    if (sd_bus_message_enter_container(message, 'r', "aiai") >= 0) {
        set.statuses = numbersOf(message);
        set.signals = numbersOf(message);
        (void)sd_bus_message_exit_container(message);
    }
    return set;
}

/// Whether the message bus asks systemd to start a unit when a process calls this name.
bool isActivatable(const std::string& busName) {
    constexpr std::array<const char*, 4> kFolders{
        "/usr/share/dbus-1/system-services/", "/etc/dbus-1/system-services/",
        "/usr/local/share/dbus-1/system-services/", "/run/dbus-1/system-services/"};
    return !busName.empty() && busName.find('/') == std::string::npos &&
           std::any_of(kFolders.begin(), kFolders.end(), [&](const char* folder) {
               return access((folder + busName + ".service").c_str(), F_OK) == 0;
           });
}

struct Property {
    std::string_view name;
    std::string_view type;
    void (*take)(sd_bus_message* message, UnitFacts& facts);
};

constexpr std::array<Property, 35> kProperties{{
    {"Requires", "as", [](auto* m, auto& f) { f.relations.requirements = textsOf(m); }},
    {"BindsTo", "as", [](auto* m, auto& f) { f.relations.bindsTo = textsOf(m); }},
    {"After", "as", [](auto* m, auto& f) { f.relations.after = textsOf(m); }},
    {"Id", "s", [](auto* m, auto& f) { f.id = textOf(m); }},
    {"LoadState", "s", [](auto* m, auto& f) { f.load = textOf(m); }},
    {"LoadError", "(ss)", [](auto* m, auto& f) { f.loadError = loadErrorOf(m); }},
    {"ActiveState", "s", [](auto* m, auto& f) { f.active = textOf(m); }},
    {"SubState", "s", [](auto* m, auto& f) { f.sub = textOf(m); }},
    {"InvocationID", "ay", [](auto* m, auto& f) { f.invocation = hexOf(m); }},
    {"Job", "(uo)", [](auto* m, auto& f) { f.job = jobOf(m); }},
    {"ConditionResult", "b", [](auto* m, auto& f) { f.conditionsMet = numberOf<int>(m, 'b') != 0; }},
    {"ActiveExitTimestampMonotonic", "t",
     [](auto* m, auto& f) { f.activeExit = numberOf<std::uint64_t>(m, 't'); }},
    {"Result", "s", [](auto* m, auto& f) { f.result = textOf(m); }},
    {"Restart", "s", [](auto* m, auto& f) { f.restart = textOf(m); }},
    {"MainPID", "u",
     [](auto* m, auto& f) { f.mainPid = static_cast<pid_t>(numberOf<std::uint32_t>(m, 'u')); }},
    {"ExecMainPID", "u",
     [](auto* m, auto& f) { f.execMainPid = static_cast<pid_t>(numberOf<std::uint32_t>(m, 'u')); }},
    {"ExecMainCode", "i", [](auto* m, auto& f) { f.execMainCode = numberOf<std::int32_t>(m, 'i'); }},
    {"ExecMainStatus", "i", [](auto* m, auto& f) { f.execMainStatus = numberOf<std::int32_t>(m, 'i'); }},
    {"ExecMainStartTimestampMonotonic", "t",
     [](auto* m, auto& f) { f.execMainStart = numberOf<std::uint64_t>(m, 't'); }},
    {"ExecMainExitTimestampMonotonic", "t",
     [](auto* m, auto& f) { f.execMainExit = numberOf<std::uint64_t>(m, 't'); }},
    {"Type", "s", [](auto* m, auto& f) { f.type = textOf(m); }},
    {"RemainAfterExit", "b", [](auto* m, auto& f) { f.remainAfterExit = numberOf<int>(m, 'b') != 0; }},
    {"PIDFile", "s", [](auto* m, auto& f) { f.pidFile = textOf(m); }},
    {"BusName", "s", [](auto* m, auto& f) { f.busName = textOf(m); }},
    {"RestartPreventExitStatus", "(aiai)", [](auto* m, auto& f) { f.preventing = statusesOf(m); }},
    {"TimeoutStartUSec", "t", [](auto* m, auto& f) { f.timeoutStart = numberOf<std::uint64_t>(m, 't'); }},
    {"TimeoutStopUSec", "t", [](auto* m, auto& f) { f.timeoutStop = numberOf<std::uint64_t>(m, 't'); }},
    {"TimeoutUSec", "t",
     [](auto* m, auto& f) { f.timeoutStart = f.timeoutStop = numberOf<std::uint64_t>(m, 't'); }},
    {"RuntimeMaxUSec", "t", [](auto* m, auto& f) { f.runtimeMax = numberOf<std::uint64_t>(m, 't'); }},
    {"TriggeredBy", "as", [](auto* m, auto& f) { f.triggeredBy = textsOf(m); }},
    {"Conflicts", "as", [](auto* m, auto& f) { f.conflicts = textsOf(m); }},
    {"ConflictedBy", "as", [](auto* m, auto& f) { f.conflictedBy = textsOf(m); }},
    {"ActiveEnterTimestampMonotonic", "t",
     [](auto* m, auto& f) { f.activeEnter = numberOf<std::uint64_t>(m, 't'); }},
    {"InactiveExitTimestampMonotonic", "t",
     [](auto* m, auto& f) { f.inactiveExit = numberOf<std::uint64_t>(m, 't'); }},
    {"InactiveEnterTimestampMonotonic", "t",
     [](auto* m, auto& f) { f.inactiveEnter = numberOf<std::uint64_t>(m, 't'); }},
}};

/// One value of type v, of which nothing is known but its name.
bool readProperty(sd_bus_message* message, std::string_view name, UnitFacts& facts) {
    for (const Property& property : kProperties) {
        if (property.name != name) {
            continue;
        }
        const char* contents = nullptr;
        if (sd_bus_message_peek_type(message, nullptr, &contents) < 0 || contents != property.type) {
            break;
        }
        if (sd_bus_message_enter_container(message, 'v', contents) < 0) {
            return false;
        }
        property.take(message, facts);
        return sd_bus_message_exit_container(message) >= 0;
    }
    return sd_bus_message_skip(message, "v") >= 0;
}

const char* interfaceOf(std::string_view unit) {
    constexpr std::array<std::pair<std::string_view, const char*>, 6> kInterfaces{{
        {".service", "org.freedesktop.systemd1.Service"},
        {".socket", "org.freedesktop.systemd1.Socket"},
        {".mount", "org.freedesktop.systemd1.Mount"},
        {".swap", "org.freedesktop.systemd1.Swap"},
        {".path", "org.freedesktop.systemd1.Path"},
        {".timer", "org.freedesktop.systemd1.Timer"},
    }};
    for (const auto& [suffix, interface] : kInterfaces) {
        if (unit.ends_with(suffix)) {
            return interface;
        }
    }
    return nullptr;
}

/// The two answers seem not to fit together: it came up or went down between them.
bool seemsTorn(const UnitFacts& facts) {
    const bool running = facts.active == "active" && facts.sub == "running" && facts.id.ends_with(".service");
    const bool down = conditionOf(facts) == UnitCondition::down;
    return (running && facts.mainPid == 0) || (down && facts.mainPid != 0);
}

} // namespace

std::string unitObjectPath(const std::string& unit) {
    char* path = nullptr;
    if (sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit.c_str(), &path) < 0) {
        return {};
    }
    std::string result(path);
    std::free(path); // NOLINT(cppcoreguidelines-no-malloc)
    return result;
}

std::uint64_t monotonicStartOf(core::ProcessKey process, core::Duration suspended) {
    const auto start = core::startTime(process).time_since_epoch() - suspended;
    return static_cast<std::uint64_t>(std::max(start, core::Duration::zero()).count());
}

runtime::Reading<core::ProcessKey> processInUnit(pid_t pid, std::string_view unit) {
    using Key = runtime::Reading<core::ProcessKey>;
    const auto entry = runtime::ProcEntry::open(pid);
    if (!entry) {
        return Key::as(entry);
    }
    const auto stat = entry->stat();
    if (!stat) {
        return Key::as(stat);
    }
    if (entry->unit() == unit) {
        return stat->key;
    }
    return entry->metShortage() ? Key::unknown(EMFILE) : Key::none();
}

bool readProperties(sd_bus_message* message, UnitFacts& facts) {
    if (sd_bus_message_enter_container(message, 'a', "{sv}") < 0) {
        return false;
    }
    int more = 0;
    while ((more = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
        const char* name = nullptr;
        if (sd_bus_message_read(message, "s", &name) < 0 || !readProperty(message, name, facts) ||
            sd_bus_message_exit_container(message) < 0) {
            return false;
        }
    }
    return more == 0 && sd_bus_message_exit_container(message) >= 0;
}

UnitFacts completed(UnitFacts facts) {
    facts.busActivated = isActivatable(facts.busName);
    return facts;
}

void UnitReader::read(Answer answer) {
    answer_ = std::move(answer);
    repeated_ = false;
    ask();
}

void UnitReader::ask() {
    facts_ = {};
    const auto unitItself = [this] { readInterface(kUnitInterface.data(), [this] { finish(facts_); }); };
    if (const char* interface = interfaceOf(unit_)) {
        readInterface(interface, unitItself);
    } else {
        unitItself();
    }
}

void UnitReader::readInterface(const char* interface, std::function<void()> next) {
    call_ = bus_.call(
        unitObjectPath(unit_).c_str(), "org.freedesktop.DBus.Properties", "GetAll",
        [interface](sd_bus_message* message) { return sd_bus_message_append(message, "s", interface); },
        [this, next = std::move(next)](sd_bus_message* reply, const Failure* failure) {
            if (failure != nullptr) {
                finish(*failure);
            } else if (!readProperties(reply, facts_)) {
                finish(Failure{SD_BUS_ERROR_INCONSISTENT_MESSAGE, "systemd's answer cannot be read"});
            } else {
                next();
            }
        });
}

void UnitReader::finish(const std::variant<UnitFacts, Failure>& outcome) {
    const auto* facts = std::get_if<UnitFacts>(&outcome);
    if (facts != nullptr && seemsTorn(*facts) && !std::exchange(repeated_, true)) {
        ask();
        return;
    }
    facts_ = completed(std::move(facts_));
    call_.reset();
    const auto answer = std::exchange(answer_, nullptr);
    answer(facts != nullptr ? std::variant<UnitFacts, Failure>(facts_) : outcome);
}

} // namespace healer::systemd
