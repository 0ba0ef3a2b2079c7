// SPDX-License-Identifier: Apache-2.0
#include "bus/process_objects.hpp"

#include "bus/guard.hpp"
#include "bus/message_writer.hpp"
#include "bus/method_reply.hpp"
#include "bus/process_properties.hpp"
#include "bus/text.hpp"
#include "sdbus_dialect.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

namespace healer::bus {

namespace {

constexpr const char* kPrefix = "/org/healer/process";
constexpr const char* kInterface = "org.healer.Process";

constexpr std::array kMethods{std::pair{"Restart", core::event::Verb::restart},
                              std::pair{"Start", core::event::Verb::start},
                              std::pair{"Stop", core::event::Verb::stop},
                              std::pair{"Pause", core::event::Verb::pause},
                              std::pair{"Resume", core::event::Verb::resume},
                              std::pair{"ResetBreaker", core::event::Verb::resetBreaker}};

bool answersWithPid(core::event::Verb verb) {
    return verb == core::event::Verb::restart || verb == core::event::Verb::start;
}

/// The process whose object this path is, whether or not there is one.
std::optional<std::string> nameOf(const char* path) {
    char* decoded = nullptr;
    if (sd_bus_path_decode(path, kPrefix, &decoded) <= 0) {
        return std::nullopt;
    }
    const std::unique_ptr<char, void (*)(void*)> text(decoded, &std::free);
    return std::string(text.get());
}

/// The exception barrier: nothing may leave through the bus library.
template <typename Body>
int answered(sd_bus_error* error, Body&& body) noexcept {
    try {
        guarded(std::forward<Body>(body));
        return 1;
    } catch (const sdbus::Error& e) {
        return sd_bus_error_set(error, e.getName().c_str(), e.getMessage().c_str());
    } catch (...) {
        return -ENOMEM; // not even the error could be made
    }
}

} // namespace

/// What sd-bus calls.
struct ProcessObjects::Callbacks {
    static int find(sd_bus* /*bus*/, const char* path, const char* /*interface*/, void* data, void** found,
                    sd_bus_error* /*error*/) noexcept {
        try {
            const auto name = nameOf(path);
            *found = data;
            return name && static_cast<ProcessObjects*>(data)->names_.contains(*name) ? 1 : 0;
        } catch (...) {
            return -ENOMEM;
        }
    }

    static int listChildren(sd_bus* /*bus*/, const char* /*prefix*/, void* data, char*** nodes,
                            sd_bus_error* /*error*/) noexcept {
        const auto& names = static_cast<ProcessObjects*>(data)->names_;
        auto** list = static_cast<char**>(std::calloc(names.size() + 1, sizeof(char*)));
        char** next = list;
        for (const auto& name : names) {
            if (next == nullptr || sd_bus_path_encode(kPrefix, name.c_str(), next++) < 0) {
                break;
            }
        }
        *nodes = list;
        return list == nullptr ? -ENOMEM : 0;
    }

    static int getProperty(sd_bus* /*bus*/, const char* path, const char* /*interface*/, const char* property,
                           sd_bus_message* reply, void* data, sd_bus_error* error) noexcept {
        return answered(error, [&] {
            const auto& objects = *static_cast<ProcessObjects*>(data);
            const std::string name = nameOf(path).value_or("");
            const auto facts = factsOf(objects.requests_.backend(), name);
            const auto writeIfNamed = [&](const auto& row) {
                if (std::string_view(row.kName) == property) {
                    append(reply, row.get(facts));
                }
            };
            std::apply([&](const auto&... row) { (writeIfNamed(row), ...); }, kProcessProperties);
        });
    }

    static int call(sd_bus_message* message, void* data, sd_bus_error* error) noexcept {
        return answered(error, [&] {
            auto& requests = static_cast<ProcessObjects*>(data)->requests_;
            const std::string name = nameOf(sd_bus_message_get_path(message)).value_or("");
            const char* sender = sd_bus_message_get_sender(message);
            const Caller caller{sender == nullptr ? "" : sender,
                                sd_bus_message_get_allow_interactive_authorization(message) > 0};
            const std::string_view member = sd_bus_message_get_member(message);
            for (const auto& [method, verb] : kMethods) {
                if (member == method && answersWithPid(verb)) {
                    requests.startOrRestart(MethodReply(message), verb, name, caller);
                } else if (member == method) {
                    requests.change(MethodReply(message), verb, name, caller);
                }
            }
        });
    }

    template <typename Row>
    static sd_bus_vtable propertyOf(const Row& /*row*/) {
        using Value = decltype(std::declval<const Row&>().get(std::declval<const ProcessFacts&>()));
        // The name of an object is part of its path.
        constexpr auto kFlags = std::string_view(Row::kName) == "Name" ? SD_BUS_VTABLE_PROPERTY_CONST
                                                                       : SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE;
        return SD_BUS_PROPERTY(Row::kName, kSignature<Value>, &getProperty, 0, kFlags);
    }

    static sd_bus_vtable methodOf(const char* name, bool withPid) {
        if (withPid) {
            return SD_BUS_METHOD_WITH_NAMES(name, "", "", "u", SD_BUS_PARAM(pid), &call,
                                            SD_BUS_VTABLE_UNPRIVILEGED);
        }
        return SD_BUS_METHOD(name, "", "", &call, SD_BUS_VTABLE_UNPRIVILEGED);
    }

    /// The methods above and the rows of kProcessProperties.
    static const sd_bus_vtable* table() {
        static const auto kTable = [] {
            std::vector<sd_bus_vtable> rows{SD_BUS_VTABLE_START(0)};
            for (const auto& [name, verb] : kMethods) {
                rows.push_back(methodOf(name, answersWithPid(verb)));
            }
            std::apply([&](const auto&... row) { (rows.push_back(propertyOf(row)), ...); },
                       kProcessProperties);
            rows.push_back(SD_BUS_VTABLE_END);
            return rows;
        }();
        return kTable.data();
    }
};

ProcessObjects::ProcessObjects(sd_bus* bus, Requests& requests, const std::vector<std::string>& names)
    : bus_(bus), requests_(requests), names_(names.begin(), names.end()) {
    sd_bus_slot* slot = nullptr;
    int result = sd_bus_add_fallback_vtable(bus_, &slot, kPrefix, kInterface, Callbacks::table(),
                                            &Callbacks::find, this);
    table_.reset(slot);
    if (result >= 0) {
        slot = nullptr;
        result = sd_bus_add_node_enumerator(bus_, &slot, kPrefix, &Callbacks::listChildren, this);
        children_.reset(slot);
    }
    if (result < 0) {
        throw dbus::makeError("org.freedesktop.DBus.Error.Failed",
                              std::string("the processes: ") + std::strerror(-result));
    }
}

// What cannot be sent is dropped: the connection finds out by itself that it is lost.

void ProcessObjects::add(const std::string& name) {
    if (names_.insert(name).second) {
        (void)sd_bus_emit_object_added(bus_, processPath(name).c_str());
    }
}

void ProcessObjects::remove(const std::string& name) {
    if (names_.contains(name)) {
        (void)sd_bus_emit_object_removed(bus_, processPath(name).c_str());
        names_.erase(name);
    }
}

void ProcessObjects::announce(const std::string& name, const std::vector<const char*>& properties) const {
    if (!names_.contains(name) || properties.empty()) {
        return;
    }
    std::vector<char*> list; // which sd-bus does not change
    list.reserve(properties.size() + 1);
    for (const char* property : properties) {
        list.push_back(const_cast<char*>(property));
    }
    list.push_back(nullptr);
    (void)sd_bus_emit_properties_changed_strv(bus_, processPath(name).c_str(), kInterface, list.data());
}

} // namespace healer::bus
