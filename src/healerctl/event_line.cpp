// SPDX-License-Identifier: Apache-2.0
#include "healerctl/event_line.hpp"

#include "healerctl/text.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

namespace healer::healerctl {

namespace {

using nlohmann::json;

Tone toneOf(core::EventKind kind) {
    if (kind == core::EventKind::recoverySucceeded) {
        return Tone::good;
    }
    switch (core::infoOf(kind).severity) {
    case core::LogLevel::error:
        return Tone::bad;
    case core::LogLevel::warn:
        return Tone::notice;
    case core::LogLevel::info:
    case core::LogLevel::debug:
    case core::LogLevel::trace:
        break;
    }
    return Tone::plain;
}

json messageOf(const char* event, const std::string& sentence) {
    return {{"event", event}, {"message", sentence}};
}

} // namespace

bool lacksDetails(const SeenEvent& seen) {
    using core::EventKind;
    switch (seen.event.kind) {
    case EventKind::recoveryStarted:
    case EventKind::recoverySucceeded:
    case EventKind::recoveryFailed:
    case EventKind::breakerOpened:
    case EventKind::breakerHalfOpened:
    case EventKind::breakerClosed:
        return true;
    default:
        return false;
    }
}

SeenEvent completed(SeenEvent seen, const std::vector<HistoryEvent>& history) {
    const auto entry = std::ranges::find_if(history, [&seen](const HistoryEvent& known) {
        return known.seq == seen.seq && known.event == core::infoOf(seen.event.kind).name &&
               known.process == seen.event.process;
    });
    if (entry != history.end() && !entry->message.empty()) {
        seen.event.sentence = entry->message;
        for (const char* key : {"cause", "reason", "incident"}) {
            if (const auto value = entry->entry.find(key); value != entry->entry.end()) {
                seen.arguments[key] = *value;
            }
        }
    }
    return seen;
}

void EventPrinter::event(const SeenEvent& seen, std::uint64_t nowUsec) {
    if (lastSeq_ != 0 && seen.seq > lastSeq_ + 1) {
        const std::uint64_t missed = seen.seq - lastSeq_ - 1;
        const std::string sentence =
            std::to_string(missed) + (missed == 1 ? " event was missed" : " events were missed");
        json document = messageOf("missed", sentence);
        document["count"] = missed;
        line({std::move(document), "", sentence, Tone::bad}, nowUsec);
    }
    lastSeq_ = seen.seq;
    if (!wants(seen)) {
        return;
    }
    json document = seen.arguments;
    document["event"] = core::infoOf(seen.event.kind).name;
    document["seq"] = seen.seq;
    if (!seen.event.process.empty()) {
        document["process"] = seen.event.process;
    }
    line({std::move(document), seen.event.process, seen.event.sentence, toneOf(seen.event.kind)}, nowUsec);
}

void EventPrinter::daemonGone(std::uint64_t nowUsec) {
    lastSeq_ = 0;
    const char* sentence = "Healer has left the bus; waiting for it";
    line({messageOf("healer-gone", sentence), "", sentence, Tone::bad}, nowUsec);
}

void EventPrinter::daemonThere(std::uint64_t nowUsec) {
    lastSeq_ = 0;
    const char* sentence = "Healer is on the bus";
    line({messageOf("healer-there", sentence), "", sentence, Tone::plain}, nowUsec);
}

void EventPrinter::line(Line line, std::uint64_t nowUsec) {
    if (terminal_.json != JsonStyle::off) {
        line.document["time_usec"] = nowUsec;
        printJson(terminal_, line.document);
    } else {
        terminal_.out << painted(terminal_, Tone::dim, clockText(nowUsec, nowUsec)) << "  "
                      << (line.process.empty()
                              ? ""
                              : painted(terminal_, Tone::bold, printable(line.process)) + "  ")
                      << painted(terminal_, line.tone, inOneLine(line.sentence)) << '\n';
    }
    terminal_.out.flush();
}

} // namespace healer::healerctl
