// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/loop.hpp"
#include "runtime/unique_fd.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace healer::monitor::pidfile {

/// Reports when files with certain names appear, change or disappear, with one inotify instance for all.
/// Where inotify cannot be used (no such folder, no watches left) the clients rely on their intervals.
class FolderWatch {
public:
    class Client {
    public:
        Client() = default;
        Client(const Client&) = delete;
        Client& operator=(const Client&) = delete;
        /// The file has changed, or may have. Must not add or remove clients.
        virtual void fileChanged() = 0;

    protected:
        ~Client() = default;
    };

    explicit FolderWatch(runtime::Loop& loop);
    FolderWatch(const FolderWatch&) = delete;
    FolderWatch& operator=(const FolderWatch&) = delete;
    ~FolderWatch();

    void add(Client& client, const std::string& path);
    void remove(Client& client);
    /// `each` also reports writes before the file is closed. `onClose` is enough once the file is settled, so
    /// that a busy log file in the same folder causes no wake-ups.
    enum class Writes { onClose, each };
    void setWrites(Client& client, Writes writes);
    /// Watches the client's folder again, in case it was missing or has been replaced.
    void rearm(Client& client);

private:
    struct Folder {
        std::string path;
        int descriptor = -1;
        std::multimap<std::string, Client*> files;
        std::set<Client*> eager;
    };

    void arm(Folder& folder);
    void drop(int descriptor);
    void read();

    runtime::Loop& loop_;
    runtime::UniqueFd fd_;
    runtime::Source readable_;
    std::map<std::string, Folder, std::less<>> folders_;
    std::map<Client*, std::string> folderOf_;
};

} // namespace healer::monitor::pidfile
