// SPDX-License-Identifier: Apache-2.0
#include "daemon/state_files.hpp"

#include "runtime/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace healer::daemon {

namespace {

/// 0, or the errno.
int writeFile(const std::string& path, const std::string& text, int how) {
    const runtime::UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | how, 0600));
    if (!fd) {
        return errno;
    }
    const ssize_t count = write(fd.get(), text.data(), text.size());
    if (count < 0) {
        return errno;
    }
    return count == static_cast<ssize_t>(text.size()) ? 0 : ENOSPC;
}

/// Atomically.
int replaceFile(const std::string& path, const std::string& text) {
    const std::string fresh = path + ".new";
    if (const int error = writeFile(fresh, text, O_TRUNC); error != 0) {
        return error;
    }
    return std::rename(fresh.c_str(), path.c_str()) == 0 ? 0 : errno;
}

} // namespace

template <typename Change>
bool StateFiles::add(const std::string& name, Change change) {
    const std::lock_guard lock(mutex_);
    const auto [entry, fresh] = pending_.try_emplace(name);
    change(entry->second);
    return fresh;
}

bool StateFiles::state(const std::string& name, std::string text) {
    return add(name, [&](Pending& pending) { pending.state = std::move(text); });
}

bool StateFiles::moreHistory(const std::string& name, const std::string& line) {
    return add(name, [&](Pending& pending) { pending.history += line; });
}

bool StateFiles::wholeHistory(const std::string& name, std::string text) {
    return add(name, [&](Pending& pending) {
        pending.history = std::move(text);
        pending.wholeHistory = true;
    });
}

bool StateFiles::removal(const std::string& name) {
    return add(name, [](Pending& pending) {
        pending = {};
        pending.removed = true;
    });
}

std::optional<StateFiles::Pending> StateFiles::take(const std::string& name) {
    const std::lock_guard lock(mutex_);
    auto node = pending_.extract(name);
    return node.empty() ? std::nullopt : std::optional(std::move(node.mapped()));
}

void StateFiles::write(const std::string& name) {
    const auto pending = take(name);
    if (!pending) {
        return;
    }
    if (pending->removed) {
        unlink(path(name).c_str());
        unlink(historyPath(name).c_str());
    }
    if (!pending->history.empty()) {
        const std::string file = historyPath(name);
        noteOutcome(name, file,
                    pending->wholeHistory ? replaceFile(file, pending->history)
                                          : writeFile(file, pending->history, O_APPEND));
    }
    if (pending->state) {
        const std::string file = path(name);
        noteOutcome(name, file, replaceFile(file, *pending->state));
    }
}

void StateFiles::noteOutcome(const std::string& name, const std::string& file, int error) {
    const std::lock_guard lock(mutex_);
    if (error != 0 && !failing_) {
        failure_ = Failure{name, file, error};
    }
    failing_ = error != 0;
}

std::optional<StateFiles::Failure> StateFiles::takeFailure() {
    const std::lock_guard lock(mutex_);
    return std::exchange(failure_, std::nullopt);
}

std::string StateFiles::path(const std::string& name) const {
    return directory_ + "/" + name + ".json";
}

std::string StateFiles::historyPath(const std::string& name) const {
    return directory_ + "/" + name + ".history";
}

} // namespace healer::daemon
