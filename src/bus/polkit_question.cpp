// SPDX-License-Identifier: Apache-2.0
#include "bus/polkit_question.hpp"

#include <systemd/sd-bus.h>

#include <cstring>
#include <exception>
#include <utility>

namespace healer::bus {

namespace {

constexpr const char* kPolkitName = "org.freedesktop.PolicyKit1";
constexpr const char* kPolkitPath = "/org/freedesktop/PolicyKit1/Authority";
constexpr const char* kPolkitInterface = "org.freedesktop.PolicyKit1.Authority";
constexpr const char* kOnlyRoot = "; run the command as root (sudo)";

core::Error denied(std::string message) {
    return core::Error{std::move(message), core::ErrorKind::accessDenied};
}

struct UnrefMessage {
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, UnrefMessage>;

int newCall(sd_bus* bus, const char* method, Message& message) {
    sd_bus_message* raw = nullptr;
    const int result =
        sd_bus_message_new_method_call(bus, &raw, kPolkitName, kPolkitPath, kPolkitInterface, method);
    message.reset(raw);
    return result;
}

int appendDetails(sd_bus_message* message, const std::map<std::string, std::string>& details) {
    int result = sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "{ss}");
    for (const auto& [key, value] : details) {
        result = result < 0 ? result : sd_bus_message_append(message, "{ss}", key.c_str(), value.c_str());
    }
    return result < 0 ? result : sd_bus_message_close_container(message);
}

/// Reads the rest of (bba{ss}): whether the authentication was dismissed.
int readDismissed(sd_bus_message* reply, bool& dismissed) {
    int result = sd_bus_message_enter_container(reply, SD_BUS_TYPE_ARRAY, "{ss}");
    const char* key = nullptr;
    const char* value = nullptr;
    while (result >= 0 && (result = sd_bus_message_read(reply, "{ss}", &key, &value)) > 0) {
        dismissed = dismissed || std::strcmp(key, "polkit.dismissed") == 0;
    }
    return result;
}

} // namespace

void PolkitQuestion::Unref::operator()(sd_bus_slot* slot) const {
    sd_bus_slot_unref(slot);
}

PolkitQuestion::PolkitQuestion(runtime::Loop& loop, sd_bus* bus, Text text,
                               std::function<void(core::Result<void>)> onEnd)
    : loop_(loop), bus_(bus), text_(std::move(text)), onEnd_(std::move(onEnd)) {
    int result = watchCaller();
    result = result < 0 ? result : ask();
    if (result < 0) {
        end(denied(std::string("cannot ask polkit: ") + std::strerror(-result) + kOnlyRoot));
    }
}

PolkitQuestion::~PolkitQuestion() {
    cancel();
}

/// The exception barrier of the C callbacks: what escapes is thrown again from the loop.
template <typename Body>
int PolkitQuestion::guard(Body body) noexcept {
    try {
        body();
    } catch (...) {
        end_ = loop_.addDeferred([e = std::current_exception()] { std::rethrow_exception(e); });
    }
    return 0;
}

/// The bus handles what we send in order: from before polkit hears of the caller, no departure is missed.
int PolkitQuestion::watchCaller() {
    const std::string match = "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
                              "member='NameOwnerChanged',arg0='" +
                              text_.caller.name + "'";
    const auto onGone = [](sd_bus_message*, void* data, sd_bus_error*) {
        auto& question = *static_cast<PolkitQuestion*>(data);
        return question.guard([&] { question.end(denied("the caller has gone")); });
    };
    // Without a handler of ours, a match that the bus refuses would end the whole connection.
    const auto onInstalled = [](sd_bus_message* reply, void* data, sd_bus_error*) {
        auto& question = *static_cast<PolkitQuestion*>(data);
        return question.guard([&] {
            if (sd_bus_message_is_method_error(reply, nullptr) != 0) {
                question.end(denied(std::string("the bus does not report when callers leave") + kOnlyRoot));
            }
        });
    };
    sd_bus_slot* slot = nullptr;
    const int result = sd_bus_add_match_async(bus_, &slot, match.c_str(), onGone, onInstalled, this);
    watch_.reset(slot);
    return result;
}

int PolkitQuestion::ask() {
    constexpr std::uint32_t kAllowUserInteraction = 1;
    Message message;
    int result = newCall(bus_, "CheckAuthorization", message);
    result = result < 0 ? result
                        : sd_bus_message_append(message.get(), "(sa{sv})s", "system-bus-name", 1, "name", "s",
                                                text_.caller.name.c_str(), text_.action.c_str());
    result = result < 0 ? result : appendDetails(message.get(), text_.details);
    result = result < 0 ? result
                        : sd_bus_message_append(message.get(), "us",
                                                text_.caller.interactive ? kAllowUserInteraction : 0U,
                                                text_.cancellationId.c_str());
    if (result < 0) {
        return result;
    }
    const auto onAnswer = [](sd_bus_message* reply, void* data, sd_bus_error*) {
        auto& question = *static_cast<PolkitQuestion*>(data);
        return question.guard([&] { question.answered(reply); });
    };
    sd_bus_slot* slot = nullptr;
    result = sd_bus_call_async(bus_, &slot, message.get(), onAnswer, this,
                               static_cast<std::uint64_t>(text_.timeout.count()));
    answer_.reset(slot);
    open_ = result >= 0;
    return result;
}

void PolkitQuestion::answered(sd_bus_message* reply) {
    if (sd_bus_message_is_method_error(reply, SD_BUS_ERROR_NO_REPLY) != 0) {
        end(denied(std::string("polkit did not answer in time") + kOnlyRoot));
        return;
    }
    open_ = false;
    if (const sd_bus_error* error = sd_bus_message_get_error(reply)) {
        end(denied(std::string("polkit cannot be asked (") +
                   (error->message == nullptr ? error->name : error->message) +
                   "), and without it only root may change what Healer does" + kOnlyRoot));
        return;
    }
    int authorized = 0;
    int challenge = 0;
    Refusal refusal;
    int result = sd_bus_message_enter_container(reply, SD_BUS_TYPE_STRUCT, "bba{ss}");
    result = result < 0 ? result : sd_bus_message_read(reply, "bb", &authorized, &challenge);
    result = result < 0 ? result : readDismissed(reply, refusal.dismissed);
    if (result < 0) {
        end(denied(std::string("polkit gave an answer that cannot be read") + kOnlyRoot));
    } else if (authorized != 0) {
        end({});
    } else {
        refusal.challenge = challenge != 0;
        end(errorOf(refusal));
    }
}

core::Error PolkitQuestion::errorOf(const Refusal& refusal) const {
    const std::string action = " (polkit action " + text_.action + ")";
    if (refusal.dismissed) {
        return denied("not authorized, as the authentication was dismissed" + action);
    }
    if (refusal.challenge && !text_.caller.interactive) {
        return denied("authentication is needed" + action +
                      ", and the caller does not allow to ask for it; run the command on a terminal, or as "
                      "root (sudo)");
    }
    if (refusal.challenge) {
        return denied("authentication is needed" + action + ", and there is no agent to ask for it" +
                      kOnlyRoot);
    }
    return denied((text_.caller.interactive ? "not allowed by polkit, or the authentication failed"
                                            : "not allowed by polkit") +
                  action + kOnlyRoot);
}

void PolkitQuestion::cancel() {
    if (!std::exchange(open_, false)) {
        return;
    }
    answer_.reset();
    Message message;
    int result = newCall(bus_, "CancelCheckAuthorization", message);
    result = result < 0 ? result : sd_bus_message_append(message.get(), "s", text_.cancellationId.c_str());
    result = result < 0 ? result : sd_bus_message_set_expect_reply(message.get(), 0);
    // A polkit that has ended has no question open.
    result = result < 0 ? result : sd_bus_message_set_auto_start(message.get(), 0);
    if (result >= 0) {
        (void)sd_bus_send(bus_, message.get(), nullptr);
    }
}

/// The bus is being dispatched, where nothing may be thrown or destroyed: reported in the loop's next
/// iteration. A caller that leaves until then is still noticed, and overrules the answer of polkit.
void PolkitQuestion::end(core::Result<void> outcome) {
    cancel();
    end_ = loop_.addDeferred([onEnd = onEnd_, outcome = std::move(outcome)] { onEnd(outcome); });
}

} // namespace healer::bus
