// SPDX-License-Identifier: Apache-2.0
#include "monitor/pidfile/folder_watch.hpp"

#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace healer::monitor::pidfile {

namespace {

constexpr std::uint32_t kSettled = IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                                   IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr std::uint32_t kEager = kSettled | IN_MODIFY;

} // namespace

FolderWatch::FolderWatch(runtime::Loop& loop) : loop_(loop), fd_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    if (fd_) {
        readable_ = loop_.addIo(fd_.get(), EPOLLIN, [this](std::uint32_t) { read(); });
    }
}

FolderWatch::~FolderWatch() = default;

void FolderWatch::add(Client& client, const std::string& path) {
    const auto slash = path.rfind('/');
    const std::string parent = slash == 0 ? "/" : path.substr(0, slash);
    auto& folder = folders_[parent];
    folder.path = parent;
    folder.files.emplace(path.substr(slash + 1), &client);
    folder.eager.insert(&client);
    folderOf_[&client] = parent;
    arm(folder);
}

void FolderWatch::remove(Client& client) {
    const auto place = folderOf_.find(&client);
    if (place == folderOf_.end()) {
        return;
    }
    const auto entry = folders_.find(place->second);
    auto& folder = entry->second;
    folder.eager.erase(&client);
    std::erase_if(folder.files, [&](const auto& file) { return file.second == &client; });
    if (folder.files.empty()) {
        const int descriptor = folder.descriptor;
        folders_.erase(entry);
        drop(descriptor);
    }
    folderOf_.erase(place);
}

void FolderWatch::setWrites(Client& client, Writes writes) {
    const auto place = folderOf_.find(&client);
    if (place == folderOf_.end()) {
        return;
    }
    auto& folder = folders_.find(place->second)->second;
    const bool before = !folder.eager.empty();
    if (writes == Writes::each) {
        folder.eager.insert(&client);
    } else {
        folder.eager.erase(&client);
    }
    if (before != !folder.eager.empty()) {
        arm(folder);
    }
}

void FolderWatch::rearm(Client& client) {
    if (const auto place = folderOf_.find(&client); place != folderOf_.end()) {
        arm(folders_.find(place->second)->second);
    }
}

void FolderWatch::arm(Folder& folder) {
    if (!fd_) {
        return;
    }
    const int old = folder.descriptor;
    folder.descriptor =
        inotify_add_watch(fd_.get(), folder.path.c_str(), folder.eager.empty() ? kSettled : kEager);
    if (old != folder.descriptor) {
        drop(old);
    }
    // Two paths to one folder share one watch, which must report whatever one of them needs.
    if (folder.descriptor >= 0 && folder.eager.empty() &&
        std::ranges::any_of(folders_, [&](const auto& other) {
            return other.second.descriptor == folder.descriptor && !other.second.eager.empty();
        })) {
        inotify_add_watch(fd_.get(), folder.path.c_str(), kEager);
    }
}

void FolderWatch::drop(int descriptor) {
    const bool used = std::ranges::any_of(
        folders_, [&](const auto& folder) { return folder.second.descriptor == descriptor; });
    if (descriptor >= 0 && !used) {
        inotify_rm_watch(fd_.get(), descriptor);
    }
}

void FolderWatch::read() {
    constexpr int kMostRounds = 8; // a stream of events must not block the loop
    constexpr std::size_t kBuffer = 16 * 1024UL;
    constexpr std::uint32_t kFolderGone = IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_Q_OVERFLOW;
    alignas(inotify_event) std::array<char, kBuffer> buffer{};
    std::set<Client*> concerned;
    for (int round = 0; round < kMostRounds; ++round) {
        const ssize_t length = ::read(fd_.get(), buffer.data(), buffer.size());
        if (length <= 0) {
            break;
        }
        for (std::size_t at = 0; at < static_cast<std::size_t>(length);) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof(event));
            const char* name = buffer.data() + at + sizeof(event);
            at += sizeof(event) + event.len;
            for (auto& [path, folder] : folders_) {
                if ((event.mask & IN_Q_OVERFLOW) == 0 && folder.descriptor != event.wd) {
                    continue;
                }
                const bool all = (event.mask & kFolderGone) != 0;
                const std::string_view file(event.len > 0 ? name : "");
                for (const auto& [wanted, client] : folder.files) {
                    if (all || wanted == file) {
                        concerned.insert(client);
                    }
                }
                if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0) {
                    arm(folder);
                }
            }
        }
    }
    for (Client* client : concerned) {
        client->fileChanged();
    }
}

} // namespace healer::monitor::pidfile
