// SPDX-License-Identifier: Apache-2.0
#include "systemd/unit_client.hpp"

#include "systemd/unit_reader.hpp"

#include <systemd/sd-bus.h>

#include <cerrno>
#include <charconv>
#include <string_view>
#include <utility>

namespace healer::systemd {

namespace {

constexpr const char* kServiceInterface = "org.freedesktop.systemd1.Service";

Failure garbled() {
    return {SD_BUS_ERROR_INCONSISTENT_MESSAGE, "systemd's answer cannot be read"};
}

std::uint32_t jobOfPath(std::string_view path) {
    const auto slash = path.rfind('/');
    std::uint32_t job = 0;
    if (slash != std::string_view::npos) {
        std::from_chars(path.data() + slash + 1, path.data() + path.size(), job);
    }
    return job;
}

std::variant<std::uint32_t, Failure> readJob(sd_bus_message* reply) {
    const char* path = nullptr;
    if (sd_bus_message_read(reply, "o", &path) < 0) {
        return garbled();
    }
    return jobOfPath(path);
}

std::variant<UnitState, Failure> readState(sd_bus_message* reply) {
    const char* name = nullptr;
    const char* description = nullptr;
    const char* load = nullptr;
    const char* active = nullptr;
    const char* sub = nullptr;
    const char* following = nullptr;
    const char* path = nullptr;
    std::uint32_t job = 0;
    const char* jobType = nullptr;
    const char* jobPath = nullptr;
    if (sd_bus_message_enter_container(reply, 'a', "(ssssssouso)") < 0) {
        return garbled();
    }
    const int read = sd_bus_message_read(reply, "(ssssssouso)", &name, &description, &load, &active, &sub,
                                         &following, &path, &job, &jobType, &jobPath);
    if (read < 0) {
        return garbled();
    }
    if (read == 0 || std::string_view(load) == "not-found") {
        return UnitState{};
    }
    return UnitState{true, std::string_view(load) == "loaded", description, active, job, jobType};
}

std::variant<std::int64_t, Failure> readNumber(sd_bus_message* reply) {
    const char* contents = nullptr;
    char type = 0;
    if (sd_bus_message_peek_type(reply, &type, &contents) < 0 || type != 'v' ||
        sd_bus_message_enter_container(reply, 'v', contents) < 0) {
        return garbled();
    }
    if (std::string_view(contents) == "u") {
        std::uint32_t value = 0;
        return sd_bus_message_read(reply, "u", &value) < 0 ? std::variant<std::int64_t, Failure>(garbled())
                                                           : static_cast<std::int64_t>(value);
    }
    std::int32_t value = 0;
    if (std::string_view(contents) != "i" || sd_bus_message_read(reply, "i", &value) < 0) {
        return garbled();
    }
    return static_cast<std::int64_t>(value);
}

std::variant<std::string, Failure> readText(sd_bus_message* reply) {
    const char* value = nullptr;
    if (sd_bus_message_read(reply, "v", "s", &value) < 0) {
        return garbled();
    }
    return std::string(value);
}

std::variant<std::monostate, Failure> readNothing(sd_bus_message*) {
    return std::monostate();
}

template <typename T>
Connection::Answer through(std::variant<T, Failure> (*read)(sd_bus_message*), UnitClient::Answer<T> answer) {
    return [read, answer = std::move(answer)](sd_bus_message* reply, const Failure* failure) {
        answer(failure != nullptr ? std::variant<T, Failure>(*failure) : read(reply));
    };
}

Connection::Append unitAnd(const std::string& unit, const char* mode) {
    return [&unit, mode](sd_bus_message* message) {
        return sd_bus_message_append(message, "ss", unit.c_str(), mode);
    };
}

} // namespace

std::shared_ptr<void> UnitClient::submit(const std::string& unit, const char* member, const Append& append,
                                         Answer<std::uint32_t> answer) {
    auto interest = std::make_shared<Answer<std::uint32_t>>(std::move(answer));
    const auto slot = submitted_.emplace(submitted_.end());
    auto answered = [this, slot, unit, newest = bus_.newestJob(),
                     weak = std::weak_ptr(interest)](const std::variant<std::uint32_t, Failure>& outcome) {
        submitted_.erase(slot);
        const auto* job = std::get_if<std::uint32_t>(&outcome);
        // An older one is somebody else's, which this call has joined.
        if (job != nullptr && *job > newest) {
            ledger_.claim(unit, *job);
            bus_.claim(*job);
        }
        if (const auto still = weak.lock()) {
            (*still)(outcome);
        }
    };
    *slot = bus_.call(Connection::kManagerPath, Connection::kManagerInterface, member, append,
                      through<std::uint32_t>(readJob, std::move(answered)));
    return interest;
}

std::shared_ptr<void> UnitClient::startNew(const TransientUnit& settings, ForkSupport support,
                                           Answer<std::uint32_t> answer) {
    return submit(
        settings.unit, "StartTransientUnit",
        [&](sd_bus_message* message) { return appendStartTransientUnit(message, settings, support); },
        std::move(answer));
}

std::shared_ptr<void> UnitClient::start(const std::string& unit, Answer<std::uint32_t> answer) {
    return submit(unit, "StartUnit", unitAnd(unit, "replace"), std::move(answer));
}

std::shared_ptr<void> UnitClient::restart(const std::string& unit, Answer<std::uint32_t> answer) {
    return submit(unit, "RestartUnit", unitAnd(unit, "replace"), std::move(answer));
}

std::shared_ptr<void> UnitClient::stop(const std::string& unit, Answer<std::uint32_t> answer) {
    return submit(unit, "StopUnit", unitAnd(unit, "replace"), std::move(answer));
}

UnitClient::Call UnitClient::reset(const std::string& unit, Answer<std::monostate> answer) {
    return bus_.call(
        Connection::kManagerPath, Connection::kManagerInterface, "ResetFailedUnit",
        [&](sd_bus_message* message) { return sd_bus_message_append(message, "s", unit.c_str()); },
        through<std::monostate>(readNothing, std::move(answer)));
}

UnitClient::Call UnitClient::kill(const std::string& unit, int signal, Answer<std::monostate> answer) {
    return bus_.call(
        Connection::kManagerPath, Connection::kManagerInterface, "KillUnit",
        [&](sd_bus_message* message) {
            return sd_bus_message_append(message, "ssi", unit.c_str(), "all", signal);
        },
        through<std::monostate>(readNothing, std::move(answer)));
}

UnitClient::Call UnitClient::query(const std::string& unit, Answer<UnitState> answer) {
    return bus_.call(
        Connection::kManagerPath, Connection::kManagerInterface, "ListUnitsByNames",
        [&](sd_bus_message* message) { return sd_bus_message_append(message, "as", 1, unit.c_str()); },
        through<UnitState>(readState, std::move(answer)));
}

UnitClient::Call UnitClient::number(const std::string& unit, const char* property,
                                    Answer<std::int64_t> answer) {
    return bus_.get(unitObjectPath(unit), kServiceInterface, property,
                    through<std::int64_t>(readNumber, std::move(answer)));
}

UnitClient::Call UnitClient::text(const std::string& unit, const char* property, Answer<std::string> answer) {
    return bus_.get(unitObjectPath(unit), kServiceInterface, property,
                    through<std::string>(readText, std::move(answer)));
}

} // namespace healer::systemd
