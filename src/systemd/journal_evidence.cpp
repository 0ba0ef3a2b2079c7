// SPDX-License-Identifier: Apache-2.0
#include "systemd/journal_evidence.hpp"

#include <systemd/sd-journal.h>

#include <cstdint>
#include <memory>
#include <string_view>

namespace healer::systemd {

namespace {

// Of sd-messages.h: that a start job, and that a stop job, has ended, and that a unit has ended well.
constexpr std::string_view kStarted = "39f53479d3a045ac8e11786248231fbf";
constexpr std::string_view kStopped = "9d1aaa27d60140bd96365438aad20286";
constexpr std::string_view kSuccess = "7ad2d189f7e94e70a38c781354912448";

using Journal = std::unique_ptr<sd_journal, void (*)(sd_journal*)>;

bool match(sd_journal* journal, const std::string& field) {
    return sd_journal_add_match(journal, field.data(), field.size()) >= 0;
}

std::string_view field(sd_journal* journal, const std::string& name) {
    const void* data = nullptr;
    std::size_t size = 0;
    if (sd_journal_get_data(journal, name.c_str(), &data, &size) < 0 || size <= name.size()) {
        return {};
    }
    return std::string_view(static_cast<const char*>(data), size).substr(name.size() + 1);
}

} // namespace

LastJob lastJobOf(const std::string& unit, core::WallTime since) {
    sd_journal* opened = nullptr;
    if (sd_journal_open(&opened, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM) < 0) {
        return LastJob::unknown;
    }
    const Journal journal(opened, &sd_journal_close);
    // _PID is written by journald itself, so that no other process can claim to be PID 1.
    const bool matches = match(opened, "_PID=1") && match(opened, "UNIT=" + unit) &&
                         match(opened, "MESSAGE_ID=" + std::string(kStarted)) &&
                         match(opened, "MESSAGE_ID=" + std::string(kStopped)) &&
                         match(opened, "MESSAGE_ID=" + std::string(kSuccess));
    std::uint64_t when = 0;
    if (!matches || sd_journal_seek_tail(opened) < 0 || sd_journal_previous(opened) <= 0 ||
        sd_journal_get_realtime_usec(opened, &when) < 0 || when < core::usecOf(since)) {
        return LastJob::unknown;
    }
    const std::string message(field(opened, "MESSAGE_ID"));
    if (message == kSuccess) {
        return LastJob::success;
    }
    return message == kStopped && field(opened, "JOB_TYPE") == "stop" ? LastJob::stop : LastJob::start;
}

} // namespace healer::systemd
