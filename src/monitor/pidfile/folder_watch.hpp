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

/// Tells when files with certain names appear, change or go, by one inotify for all. What inotify cannot see
/// (no such folder, no more watches) is left to the interval of those who ask.
class FolderWatch {
public:
    class Client {
    public:
        Client() = default;
        Client(const Client&) = delete;
        Client& operator=(const Client&) = delete;
        /// Something happened to the file, or may have. Must not add or remove clients.
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
    /// Whether writes into the file without opening it anew are told as well; off where the file is settled,
    /// so that a busy log file beside it wakes nobody.
    void setEager(Client& client, bool eager);
    /// Watches the client's folder again in case that it was missing or has been replaced.
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
