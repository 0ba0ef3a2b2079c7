// SPDX-License-Identifier: Apache-2.0
#include "healerctl/event_line.hpp"

#include "healerctl/reports.hpp"
#include "healerctl/text.hpp"

#include <ostream>

namespace healer::healerctl {

namespace {

using nlohmann::json;

std::string names(const json& event, const char* key) {
    std::string result;
    for (const json& name : event.value(key, json::array())) {
        result += (result.empty() ? "" : " ") + name.get<std::string>();
    }
    return result.empty() ? "none" : result;
}

/// What happened, as a sentence; not yet printable.
std::string sentence(const json& event) {
    const std::string kind = event.value("event", "");
    const std::string pid = std::to_string(event.value("pid", 0U));
    if (kind == "process-down") {
        return "down: " + event.value("reason", "") + " (PID " + pid + ")";
    }
    if (kind == "process-disconnected") {
        return "probe failed: " + event.value("url", "") + ": " + event.value("reason", "");
    }
    if (kind == "recovery-started") {
        return "recovering, attempt " + std::to_string(event.value("attempt", 0U));
    }
    if (kind == "recovery-finished") {
        return event.value("ok", false) ? "up again, PID " + pid + ", after " +
                                              durationText(event.value("duration_usec", std::uint64_t{0}))
                                        : "recovery failed: " + event.value("error", "");
    }
    if (kind == "breaker-changed") {
        return "breaker " + event.value("from", "") + " -> " + event.value("to", "");
    }
    if (kind == "reloaded") {
        return "configuration reloaded; added: " + names(event, "added") +
               "; changed: " + names(event, "changed") + "; removed: " + names(event, "removed");
    }
    return event.value("message", "");
}

Tone tone(const json& event) {
    const std::string kind = event.value("event", "");
    if (kind == "process-down" || kind == "missed" || kind == "healer-gone") {
        return Tone::bad;
    }
    if (kind == "recovery-finished") {
        return event.value("ok", false) ? Tone::good : Tone::bad;
    }
    return kind == "breaker-changed" ? Tone::notice : Tone::plain;
}

} // namespace

void EventPrinter::event(const json& event, std::uint64_t nowUsec) {
    const std::uint64_t seq = event.value("seq", std::uint64_t{0});
    if (lastSeq_ != 0 && seq > lastSeq_ + 1) {
        const std::uint64_t missed = seq - lastSeq_ - 1;
        line({{"event", "missed"},
              {"count", missed},
              {"message",
               std::to_string(missed) + (missed == 1 ? " event was missed" : " events were missed")}},
             nowUsec);
    }
    lastSeq_ = seq;
    line(event, nowUsec);
}

void EventPrinter::daemonGone(std::uint64_t nowUsec) {
    lastSeq_ = 0;
    line({{"event", "healer-gone"}, {"message", "Healer has left the bus; waiting for it"}}, nowUsec);
}

void EventPrinter::daemonThere(std::uint64_t nowUsec) {
    lastSeq_ = 0;
    line({{"event", "healer-there"}, {"message", "Healer is on the bus"}}, nowUsec);
}

void EventPrinter::line(const json& event, std::uint64_t nowUsec) {
    if (terminal_.json != JsonStyle::off) {
        json document = event;
        document["time_usec"] = nowUsec;
        printJson(terminal_, document);
    } else {
        const std::string process = event.value("process", "");
        terminal_.out << painted(terminal_, Tone::dim, clockText(nowUsec, nowUsec)) << "  "
                      << (process.empty() ? "" : painted(terminal_, Tone::bold, printable(process)) + "  ")
                      << painted(terminal_, tone(event), printable(sentence(event))) << '\n';
    }
    terminal_.out.flush();
}

} // namespace healer::healerctl
