// SPDX-License-Identifier: Apache-2.0
#include "core/last_exit.hpp"
#include "daemon/json_field.hpp"
#include "daemon/state_store.hpp"
#include "daemon/state_upgrade.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <utility>

namespace healer::daemon {

namespace {

using core::Duration;
using core::TimePoint;
using nlohmann::json;

constexpr int kFormat = 2;
constexpr std::size_t kMaxItems = 10000; ///< of any list in a state file

json encode(TimePoint when) {
    return when.time_since_epoch().count();
}
TimePoint decodeTime(const json& value) {
    // So far from the ends that no sum or difference of such times overflows.
    constexpr std::int64_t kFarthest = std::int64_t{1} << 61U;
    const auto count = numberIn<std::int64_t>(value);
    if (count < -kFarthest || count > kFarthest) {
        throw BadNumber("a time is out of range");
    }
    return TimePoint(Duration(count));
}

json encode(core::WallTime when) {
    return when.time_since_epoch().count();
}
json encode(const core::Moment& moment) {
    return {{"boot", encode(moment.at)}, {"wall", encode(moment.wall)}};
}
core::Moment decodeMoment(const json& value) {
    return {decodeTime(value.at("boot")), core::WallTime(decodeTime(value.at("wall")).time_since_epoch())};
}

struct EncodeInstance {
    json operator()(const core::ProcessKey& key) const {
        return {{"pid", key.pid}, {"start_ticks", key.startTicks}};
    }
    json operator()(const core::UnitRun& run) const { return {{"unit_run", run.invocation}}; }
    json operator()(const core::Unidentified& other) const { return {{"unidentified", other.serial}}; }
    json operator()(const core::EndedProcess& ended) const { return {{"ended_pid", ended.pid}}; }
};
core::Instance decodeInstance(const json& value) {
    if (value.contains("unit_run")) {
        return core::UnitRun{numberIn<std::uint64_t>(value.at("unit_run"))};
    }
    if (value.contains("unidentified")) {
        return core::Unidentified{numberIn<std::uint64_t>(value.at("unidentified"))};
    }
    if (value.contains("ended_pid")) {
        return core::EndedProcess{numberIn<pid_t>(value.at("ended_pid"))};
    }
    return core::ProcessKey{numberIn<pid_t>(value.at("pid")),
                            numberIn<std::uint64_t>(value.at("start_ticks"))};
}

json encode(const core::LastExit& last) {
    json value{{"boot_usec", encode(last.at.at)}};
    for (const core::LastExitField& field : core::lastExitFields()) {
        if (const auto known = field.get(last)) {
            value[std::string(field.name)] = toJson(*known);
        }
    }
    return value;
}

core::LastExit decodeLastExit(const json& value) {
    core::LastExit last;
    last.at.at = decodeTime(value.at("boot_usec"));
    for (const core::LastExitField& field : core::lastExitFields()) {
        if (const auto found = value.find(field.name); found != value.end()) {
            (void)field.set(last, fieldIn(*found, field.type)); // what another version wrote is left out
        }
    }
    return last;
}

constexpr const char* kServiceManager = "service-manager";

json encode(const core::OperatorRequests::Stop& stop) {
    const bool byManager = stop.by == core::OperatorRequests::StopBy::serviceManager;
    json value{{"by", byManager ? kServiceManager : "healer"}, {"detail", stop.detail}};
    if (stop.at) {
        value["boot_usec"] = encode(*stop.at);
    }
    return value;
}
core::OperatorRequests::Stop decodeStop(const json& value) {
    const bool byManager = value.at("by").get<std::string>() == kServiceManager;
    return {byManager ? core::OperatorRequests::StopBy::serviceManager
                      : core::OperatorRequests::StopBy::healer,
            value.at("detail").get<std::string>(),
            value.contains("boot_usec") ? std::optional(decodeTime(value.at("boot_usec"))) : std::nullopt};
}

json encode(const core::Breaker::Snapshot& breaker) {
    json starts = json::array();
    for (const auto start : breaker.starts) {
        starts.push_back(encode(start));
    }
    return {{"state", std::string(toString(breaker.state))},
            {"since", encode(breaker.since)},
            {"starts", starts},
            {"failed_trials", breaker.failedTrials},
            {"trial_made", breaker.trialMade}};
}

core::Breaker::Snapshot decodeBreaker(const json& value) {
    core::Breaker::Snapshot breaker;
    breaker.state = core::breakerStateFromString(value.at("state").get<std::string>())
                        .value_or(core::BreakerState::closed);
    breaker.since = decodeMoment(value.at("since"));
    for (const auto& start : value.at("starts")) {
        if (breaker.starts.size() < kMaxItems) {
            breaker.starts.push_back(decodeTime(start));
        }
    }
    breaker.failedTrials = numberIn<unsigned>(value.at("failed_trials"));
    breaker.trialMade = value.at("trial_made").get<bool>();
    return breaker;
}

json encode(const std::vector<core::ProbeTrust::Saved>& probes) {
    json list = json::array();
    for (const auto& probe : probes) {
        list.push_back({{"probe", probe.probe}, {"trust", std::string(toString(probe.trust))}});
    }
    return list;
}

std::vector<core::ProbeTrust::Saved> decodeProbes(const json& value) {
    std::vector<core::ProbeTrust::Saved> probes;
    for (const auto& entry : value) {
        const auto trust = core::trustFromString(entry.at("trust").get<std::string>());
        if (trust && probes.size() < kMaxItems) {
            probes.push_back({numberIn<std::uint64_t>(entry.at("probe")), *trust});
        }
    }
    return probes;
}

core::SavedState decodeSnapshot(const json& value) {
    core::SavedState snapshot;
    if (value.contains("instance")) {
        snapshot.instance = decodeInstance(value.at("instance"));
    }
    snapshot.stopping = value.value("stopping", false);
    snapshot.ended = value.value("ended", false);
    snapshot.recovering = value.at("down").get<bool>();
    snapshot.paused = value.at("paused").get<bool>();
    snapshot.degraded = value.value("degraded", false);
    if (value.contains("stop")) {
        snapshot.stop = decodeStop(value.at("stop"));
    }
    if (value.contains("left")) {
        snapshot.left = core::SavedState::Left{value.at("left").at("success").get<bool>(),
                                               value.at("left").at("reason").get<std::string>()};
    }
    snapshot.breaker = decodeBreaker(value.at("breaker"));
    snapshot.restartCount = numberIn<std::uint64_t>(value.at("restart_count"));
    snapshot.incident = numberIn<std::uint64_t>(value.at("incident"));
    if (value.contains("active_since")) {
        snapshot.activeSince = decodeMoment(value.at("active_since"));
    }
    if (value.contains("started_at")) {
        snapshot.startedAt = decodeMoment(value.at("started_at"));
    }
    if (value.contains("started_with")) {
        snapshot.startedWith = numberIn<std::uint64_t>(value.at("started_with"));
    }
    if (value.contains("last_exit")) {
        snapshot.lastExit = decodeLastExit(value.at("last_exit"));
    }
    snapshot.followedUnit = value.value("followed_unit", std::string());
    if (value.contains("probes")) {
        snapshot.probes = decodeProbes(value.at("probes"));
    }
    return snapshot;
}

} // namespace

std::string encodeState(const core::SavedState& snapshot, const std::string& bootId) {
    json value{{"format", kFormat},
               {"boot_id", bootId},
               {"stopping", snapshot.stopping},
               {"ended", snapshot.ended},
               {"down", snapshot.recovering},
               {"paused", snapshot.paused},
               {"degraded", snapshot.degraded},
               {"breaker", encode(snapshot.breaker)},
               {"restart_count", snapshot.restartCount},
               {"incident", snapshot.incident}};
    if (snapshot.stop) {
        value["stop"] = encode(*snapshot.stop);
    }
    if (snapshot.left) {
        value["left"] = {{"success", snapshot.left->success}, {"reason", snapshot.left->reason}};
    }
    if (snapshot.instance) {
        value["instance"] = std::visit(EncodeInstance{}, *snapshot.instance);
    }
    if (snapshot.activeSince) {
        value["active_since"] = encode(*snapshot.activeSince);
    }
    if (snapshot.startedAt) {
        value["started_at"] = encode(*snapshot.startedAt);
    }
    if (snapshot.startedWith != 0) {
        value["started_with"] = snapshot.startedWith;
    }
    if (snapshot.lastExit) {
        value["last_exit"] = encode(*snapshot.lastExit);
    }
    if (!snapshot.followedUnit.empty()) {
        value["followed_unit"] = snapshot.followedUnit;
    }
    if (!snapshot.probes.empty()) {
        value["probes"] = encode(snapshot.probes);
    }
    return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

core::Result<std::optional<core::SavedState>> decodeState(const std::string& text, const std::string& bootId,
                                                          core::Duration wallOffset) {
    try {
        json value = json::parse(text);
        const int format = numberIn<int>(value.at("format"));
        if (format != 1 && format != kFormat) {
            return core::Error{"it has a format that this version does not know"};
        }
        if (value.at("boot_id").get<std::string>() != bootId) {
            return std::optional<core::SavedState>();
        }
        if (format == 1) {
            upgradeState(value, wallOffset);
        }
        return std::optional(decodeSnapshot(value));
    } catch (const json::exception& error) {
        return core::Error{error.what()};
    } catch (const BadNumber& error) {
        return core::Error{error.what()};
    }
}

} // namespace healer::daemon
