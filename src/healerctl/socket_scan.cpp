// SPDX-License-Identifier: Apache-2.0
#include "healerctl/socket_scan.hpp"

#include "healerctl/socket_table.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>
#include <system_error>

namespace healer::healerctl {

namespace {

namespace fs = std::filesystem;

/// What can be read; a file of /proc fails in the middle when its process goes, which throws nothing here.
std::string readText(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

template <typename Number>
std::optional<Number> toNumber(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// 4711 for the link text "socket:[4711]".
std::optional<std::uint64_t> inodeOf(std::string_view link, std::string_view kind) {
    if (!link.starts_with(kind) || !link.ends_with(']')) {
        return std::nullopt;
    }
    link.remove_prefix(kind.size());
    link.remove_suffix(1);
    return toNumber<std::uint64_t>(link);
}

fs::path procOf(pid_t pid) {
    return fs::path("/proc") / std::to_string(pid);
}

/// The name in stat may hold anything; what follows stands behind its last bracket: the state, then the
/// parent.
std::string fieldsOf(pid_t pid) {
    const std::string stat = readText(procOf(pid) / "stat");
    const std::size_t bracket = stat.rfind(") ");
    return bracket == std::string::npos ? "" : stat.substr(bracket + 2);
}

std::optional<pid_t> parentOf(pid_t pid) {
    constexpr std::size_t kStateLength = 2; // "S "
    const std::string fields = fieldsOf(pid);
    if (fields.size() < kStateLength) {
        return std::nullopt;
    }
    const std::string_view rest = std::string_view(fields).substr(kStateLength);
    return toNumber<pid_t>(rest.substr(0, rest.find(' ')));
}

/// A process that has ended meanwhile is connected to nothing, which is no failure.
bool isAlive(pid_t pid) {
    const std::string fields = fieldsOf(pid);
    return !fields.empty() && fields.front() != 'Z' && fields.front() != 'X';
}

std::multimap<pid_t, pid_t> childrenOfAll() {
    std::multimap<pid_t, pid_t> children;
    std::error_code error;
    for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
        const auto pid = toNumber<pid_t>(entry->path().filename().string());
        const auto parent = pid ? parentOf(*pid) : std::nullopt;
        if (parent) {
            children.emplace(*parent, *pid);
        }
    }
    return children;
}

/// An error when they cannot be seen.
std::error_code addSockets(pid_t pid, std::set<std::uint64_t>& inodes) {
    std::error_code error;
    for (fs::directory_iterator entry(procOf(pid) / "fd", error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code gone;
        const std::string link = fs::read_symlink(entry->path(), gone).string();
        if (const auto inode = inodeOf(link, "socket:[")) {
            inodes.insert(*inode);
        }
    }
    return error;
}

std::uint64_t networkOf(const fs::path& process) {
    std::error_code error;
    return inodeOf(fs::read_symlink(process / "ns/net", error).string(), "net:[").value_or(0);
}

NetworkTables tablesOf(pid_t pid) {
    NetworkTables tables;
    const fs::path net = procOf(pid) / "net";
    tables.tcp = parseTcpTable(readText(net / "tcp"));
    auto tcp6 = parseTcpTable(readText(net / "tcp6"));
    tables.tcp.insert(tables.tcp.end(), std::make_move_iterator(tcp6.begin()),
                      std::make_move_iterator(tcp6.end()));
    tables.local = parseUnixTable(readText(net / "unix"));
    return tables;
}

} // namespace

SocketScan scanSockets(const std::vector<std::pair<std::string, pid_t>>& processes) {
    SocketScan scan;
    const auto children = childrenOfAll();
    std::set<pid_t> seen;
    for (const auto& [name, pid] : processes) {
        seen.insert(pid);
    }
    for (const auto& [name, main] : processes) {
        SocketHolder holder{name, main, networkOf(procOf(main)), {}};
        std::vector<pid_t> family{main};
        while (!family.empty()) {
            const pid_t pid = family.back();
            family.pop_back();
            const std::error_code error = addSockets(pid, holder.inodes);
            if (pid == main && error && isAlive(main)) {
                scan.failures.push_back("cannot see the sockets of " + name + " (PID " +
                                        std::to_string(main) + "): " + error.message());
            }
            const auto [first, last] = children.equal_range(pid);
            for (auto child = first; child != last; ++child) {
                if (seen.insert(child->second).second) {
                    family.push_back(child->second);
                }
            }
        }
        if (!scan.networks.contains(holder.network)) {
            NetworkTables tables = tablesOf(main);
            if (!isAlive(main)) {
                continue; // the tables may be those of no network
            }
            scan.networks.emplace(holder.network, std::move(tables));
        }
        scan.holders.push_back(std::move(holder));
    }
    if (const auto own = scan.networks.find(networkOf("/proc/self")); own != scan.networks.end()) {
        own->second.peers = unixPeers();
    }
    return scan;
}

} // namespace healer::healerctl
