// SPDX-License-Identifier: Apache-2.0
#include "fake_polkit.hpp"

#include <systemd/sd-bus.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace healer::test {

namespace {

void must(int result) {
    if (result < 0) {
        throw std::runtime_error("the pretended polkit does not work");
    }
}

std::map<std::string, std::string> readDetails(sd_bus_message* message) {
    std::map<std::string, std::string> details;
    must(sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, "{ss}"));
    const char* key = nullptr;
    const char* value = nullptr;
    while (sd_bus_message_read(message, "{ss}", &key, &value) > 0) {
        details.emplace(key, value);
    }
    must(sd_bus_message_exit_container(message));
    return details;
}

} // namespace

struct FakePolkit::Methods {
    static int check(sd_bus_message* message, void* data, sd_bus_error*) {
        auto& self = *static_cast<FakePolkit*>(data);
        Question question;
        const char* kind = nullptr;
        const char* key = nullptr;
        const char* name = nullptr;
        const char* action = nullptr;
        must(sd_bus_message_read(message, "(sa{sv})s", &kind, 1, &key, "s", &name, &action));
        if (std::string(kind) != "system-bus-name" || std::string(key) != "name") {
            return -EINVAL;
        }
        question.subject = name;
        question.action = action;
        question.details = readDetails(message);
        const char* id = nullptr;
        must(sd_bus_message_read(message, "us", &question.flags, &id));
        question.cancellationId = id;
        question.message.reset(sd_bus_message_ref(message));
        self.open.push_back(std::move(question));
        ++self.asked;
        self.mostOpen = std::max(self.mostOpen, self.open.size());
        return 1;
    }

    static int cancel(sd_bus_message* message, void* data, sd_bus_error*) {
        auto& self = *static_cast<FakePolkit*>(data);
        const char* id = nullptr;
        must(sd_bus_message_read(message, "s", &id));
        self.cancelled.emplace_back(id);
        return sd_bus_reply_method_return(message, "");
    }

    static const sd_bus_vtable kTable[];
};

const sd_bus_vtable FakePolkit::Methods::kTable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("CheckAuthorization", "(sa{sv})sa{ss}us", "(bba{ss})", &Methods::check,
                  SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("CancelCheckAuthorization", "s", "", &Methods::cancel, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END};

void FakePolkit::Unref::operator()(sd_bus_message* message) const {
    sd_bus_message_unref(message);
}

void FakePolkit::Close::operator()(sd_bus* bus) const {
    sd_bus_flush_close_unref(bus);
}

FakePolkit::FakePolkit(runtime::Loop& loop, const std::string& address) {
    sd_bus* bus = nullptr;
    must(sd_bus_new(&bus));
    bus_.reset(bus);
    must(sd_bus_set_address(bus, address.c_str()));
    must(sd_bus_set_bus_client(bus, 1));
    must(sd_bus_start(bus));
    must(sd_bus_add_object_vtable(bus, nullptr, "/org/freedesktop/PolicyKit1/Authority",
                                  "org.freedesktop.PolicyKit1.Authority", Methods::kTable, this));
    must(sd_bus_request_name(bus, "org.freedesktop.PolicyKit1", 0));
    must(sd_bus_attach_event(bus, loop.raw(), SD_EVENT_PRIORITY_NORMAL));
}

FakePolkit::~FakePolkit() {
    sd_bus_detach_event(bus_.get());
}

void FakePolkit::answer(Verdict verdict) {
    const Question question = std::move(open.at(0));
    open.erase(open.begin());
    const int dismissed = verdict.dismissed ? 1 : 0;
    must(sd_bus_reply_method_return(question.message.get(), "(bba{ss})", verdict.authorized ? 1 : 0,
                                    verdict.challenge ? 1 : 0, dismissed, "polkit.dismissed", "true"));
}

} // namespace healer::test
