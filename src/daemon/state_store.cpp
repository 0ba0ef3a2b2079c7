// SPDX-License-Identifier: Apache-2.0
#include "daemon/state_store.hpp"

#include "runtime/unique_fd.hpp"

#include <chrono>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

namespace healer::daemon {

namespace {

constexpr std::string_view kSuffix = ".json";
/// A history file of more lines is rewritten.
constexpr std::size_t kMaxLines = 400;
constexpr std::size_t kMaxBytes = 4'194'304;
/// A write that takes so long hangs.
constexpr core::Duration kHangs = std::chrono::seconds(3);
constexpr core::Duration kPatienceAtTheEnd = std::chrono::seconds(1);

std::optional<std::string> readFile(const std::string& path) {
    const runtime::UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!fd) {
        return std::nullopt;
    }
    std::string text;
    std::array<char, 16384> buffer{};
    for (;;) {
        const ssize_t count = read(fd.get(), buffer.data(), buffer.size());
        if (count <= 0) {
            return count == 0 ? std::optional(text) : std::nullopt;
        }
        text.append(buffer.data(), static_cast<std::size_t>(count));
        if (text.size() > kMaxBytes) {
            return std::nullopt;
        }
    }
}

core::Duration wallOffset() {
    timespec boot{};
    clock_gettime(CLOCK_BOOTTIME, &boot);
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<core::Duration>(wall - std::chrono::seconds(boot.tv_sec) -
                                                      std::chrono::nanoseconds(boot.tv_nsec));
}

} // namespace

StateStore::StateStore(std::string directory, runtime::Log& log)
    : directory_(std::move(directory)), files_(std::make_shared<StateFiles>(directory_)), log_(log),
      bootId_(readFile("/proc/sys/kernel/random/boot_id").value_or("unknown")) {}

StateStore::~StateStore() {
    (void)writer_.finish(kPatienceAtTheEnd);
}

std::map<std::string, StoredState, std::less<>> StateStore::load() const {
    std::map<std::string, StoredState, std::less<>> all;
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(directory_.c_str()), closedir);
    if (!directory) {
        return all;
    }
    while (const dirent* entry = readdir(directory.get())) {
        const std::string_view file(entry->d_name);
        if (!file.ends_with(kSuffix)) {
            continue;
        }
        const std::string name(file.substr(0, file.size() - kSuffix.size()));
        const auto text = readFile(path(name));
        auto state = text ? decodeState(*text, bootId_, wallOffset()) : core::Error{"it cannot be read"};
        if (state.ok() && *state) {
            all.emplace(name, StoredState{std::move(**state), loadHistory(name)});
        } else if (state.ok()) {
            unlink(path(name).c_str());
            unlink(historyPath(name).c_str());
        } else {
            const std::string aside = path(name) + ".damaged";
            std::rename(path(name).c_str(), aside.c_str());
            log_.report(core::notice::StateDamaged{name, aside, state.error().message});
        }
    }
    return all;
}

/// Damaged lines are left out: the last one may be half written.
HistoryLines StateStore::loadHistory(const std::string& name) const {
    HistoryLines history;
    std::istringstream lines(readFile(historyPath(name)).value_or(""));
    for (std::string line; std::getline(lines, line);) {
        if (const auto entry = decodeEvent(line)) {
            history.push_back(lineOf(*entry));
        }
    }
    return history;
}

void StateStore::save(const std::string& name, const core::SavedState& snapshot) {
    if (files_->state(name, encodeState(snapshot, bootId_))) {
        queue(name);
    }
    report();
}

void StateStore::append(const std::string& name, const HistoryLine& line, const HistoryLines& all) {
    // What an earlier Healer left there is not counted, so the first event rewrites the file.
    std::size_t& lines = lines_.try_emplace(name, kMaxLines).first->second;
    std::string text;
    const bool whole = ++lines > kMaxLines;
    if (whole) {
        for (const auto& kept : all) {
            text += kept.text;
        }
        lines = all.size();
    }
    if (whole ? files_->wholeHistory(name, std::move(text)) : files_->moreHistory(name, line.text)) {
        queue(name);
    }
    report();
}

void StateStore::remove(const std::string& name) {
    lines_.erase(name);
    if (files_->removal(name)) {
        queue(name);
    }
    report();
}

void StateStore::queue(const std::string& name) {
    if (!writer_.push([files = files_, name] { files->write(name); })) {
        files_->write(name); // no further thread is allowed
    }
}

bool StateStore::flush(core::Duration patience) {
    const bool done = writer_.flush(patience);
    report();
    return done;
}

bool StateStore::report() {
    if (const auto failure = files_->takeFailure()) {
        log_.report(core::notice::StateNotSaved{failure->name, failure->file,
                                                std::generic_category().message(failure->error)});
    }
    hung_ = hung_ && !writer_.idle();
    if (writer_.heldUp() > kHangs && !std::exchange(hung_, true)) {
        log_.warn("Writing the state in " + directory_ +
                  " is held up; the newest state of each process is written when that is possible again");
    }
    return writer_.idle();
}

std::string StateStore::path(const std::string& name) const {
    return files_->path(name);
}

std::string StateStore::historyPath(const std::string& name) const {
    return files_->historyPath(name);
}

} // namespace healer::daemon
