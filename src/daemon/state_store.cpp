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

bool writeFile(const std::string& path, const std::string& text, int how = O_TRUNC) {
    const runtime::UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | how, 0600));
    return fd && write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

} // namespace

namespace {

core::Duration wallOffset() {
    timespec boot{};
    clock_gettime(CLOCK_BOOTTIME, &boot);
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<core::Duration>(wall - std::chrono::seconds(boot.tv_sec) -
                                                      std::chrono::nanoseconds(boot.tv_nsec));
}

} // namespace

StateStore::StateStore(std::string directory, runtime::Log& log)
    : directory_(std::move(directory)), log_(log),
      bootId_(readFile("/proc/sys/kernel/random/boot_id").value_or("unknown")) {}

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
    const std::string target = path(name);
    const std::string fresh = target + ".new";
    const bool done =
        writeFile(fresh, encodeState(snapshot, bootId_)) && std::rename(fresh.c_str(), target.c_str()) == 0;
    done ? saved() : notSaved(name, target);
}

void StateStore::append(const std::string& name, const HistoryLine& line, const HistoryLines& all) {
    const std::string target = historyPath(name);
    // What an earlier Healer left there is not counted, so the first event rewrites the file.
    std::size_t& lines = lines_.try_emplace(name, kMaxLines).first->second;
    if (++lines <= kMaxLines) {
        writeFile(target, line.text, O_APPEND) ? saved() : notSaved(name, target);
        return;
    }
    std::string text;
    for (const auto& kept : all) {
        text += kept.text;
    }
    lines = all.size();
    const std::string fresh = target + ".new";
    const bool done = writeFile(fresh, text) && std::rename(fresh.c_str(), target.c_str()) == 0;
    done ? saved() : notSaved(name, target);
}

void StateStore::saved() {
    reported_ = false;
}

void StateStore::notSaved(const std::string& name, const std::string& file) {
    if (!std::exchange(reported_, true)) {
        log_.report(core::notice::StateNotSaved{name, file, std::generic_category().message(errno)});
    }
}

void StateStore::remove(const std::string& name) {
    unlink(path(name).c_str());
    unlink(historyPath(name).c_str());
    lines_.erase(name);
}

std::string StateStore::path(const std::string& name) const {
    return directory_ + "/" + name + std::string(kSuffix);
}

std::string StateStore::historyPath(const std::string& name) const {
    return directory_ + "/" + name + ".history";
}

} // namespace healer::daemon
