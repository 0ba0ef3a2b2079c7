// SPDX-License-Identifier: Apache-2.0
#include "daemon/state_upgrade.hpp"

#include "daemon/json_field.hpp"

#include <cstdint>
#include <utility>

namespace healer::daemon {

namespace {

using nlohmann::json;

std::int64_t wallOf(const json& bootTime, core::Duration wallOffset) {
    std::int64_t wall = 0;
    if (__builtin_add_overflow(numberIn<std::int64_t>(bootTime), wallOffset.count(), &wall)) {
        throw BadNumber("a time is out of range");
    }
    return wall;
}

/// Gives a member another name, if it is there.
void rename(json& object, const char* from, const char* to) {
    if (const auto found = object.find(from); found != object.end()) {
        json value = std::move(*found);
        object.erase(found);
        object[to] = std::move(value);
    }
}

void toMoment(json& object, const char* member, core::Duration wallOffset) {
    if (object.contains(member)) {
        json& value = object[member];
        value = {{"boot", value}, {"wall", wallOf(value, wallOffset)}};
    }
}

void upgradeLastExit(json& last, core::Duration wallOffset) {
    last["time_usec"] = wallOf(last.at("at"), wallOffset);
    rename(last, "at", "boot_usec");
    rename(last, "runtime", "runtime_usec");
    for (const char* text : {"probe", "detail"}) {
        if (last.value(text, "").empty()) {
            last.erase(text);
        }
    }
    if (const auto sender = last.find("sender"); sender != last.end()) {
        const json by = *sender;
        last.erase(sender);
        for (const auto& [member, value] : by.items()) {
            last["sender_" + member] = value;
        }
    }
}

} // namespace

void upgradeState(json& state, core::Duration wallOffset) {
    state["format"] = 2;
    rename(state, "key", "instance");
    // PID 0 meant a unit without a main process, or a service known by its probes alone.
    if (state.contains("instance") && numberIn<pid_t>(state["instance"].at("pid")) == 0) {
        state["instance"] = {{"unit_run", state["instance"].at("start_ticks")}};
    }
    if (state.at("stop_wanted").get<bool>()) {
        state["stop"] = {{"by", "healer"}, {"detail", state.at("stop_detail")}};
    }
    toMoment(state.at("breaker"), "since", wallOffset);
    toMoment(state, "active_since", wallOffset);
    if (state.contains("last_exit")) {
        upgradeLastExit(state["last_exit"], wallOffset);
    }
}

} // namespace healer::daemon
