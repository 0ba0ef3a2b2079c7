// SPDX-License-Identifier: Apache-2.0
#include "daemon/state_store.hpp"

#include "runtime/unique_fd.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

namespace healer::daemon {

namespace {

constexpr std::string_view kSuffix = ".json";
constexpr std::size_t kMaxBytes = 4 * 1024 * 1024;

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

bool writeFile(const std::string& path, const std::string& text) {
    const runtime::UniqueFd fd(
        open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    return fd && write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
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
        auto state =
            text ? decodeState(*text, bootId_) : core::Result<StoredState>(core::Error{"it cannot be read"});
        if (state.ok()) {
            all.emplace(name, std::move(*state));
        } else if (state.error().kind == core::ErrorKind::noSuchProcess) {
            unlink(path(name).c_str());
        } else {
            const std::string aside = path(name) + ".damaged";
            std::rename(path(name).c_str(), aside.c_str());
            log_.warn("The state file of process " + name + " is damaged and was moved to " + aside +
                      "; its breaker and counters start afresh: " + state.error().message);
        }
    }
    return all;
}

void StateStore::save(const std::string& name, const StoredState& state) {
    const std::string target = path(name);
    const std::string fresh = target + ".new";
    const bool saved =
        writeFile(fresh, encodeState(state, bootId_)) && std::rename(fresh.c_str(), target.c_str()) == 0;
    if (!saved && !complained_) {
        log_.warn("Cannot keep the state of process " + name + " in " + target + ": " +
                  std::generic_category().message(errno) + "; a restart of Healer would forget it");
    }
    complained_ = !saved;
}

void StateStore::remove(const std::string& name) {
    unlink(path(name).c_str());
}

std::string StateStore::path(const std::string& name) const {
    return directory_ + "/" + name + std::string(kSuffix);
}

} // namespace healer::daemon
