// SPDX-License-Identifier: Apache-2.0
#include "runtime/proc_origin.hpp"

#include "core/called_as.hpp"
#include "runtime/foreign_memory.hpp"
#include "runtime/unique_fd.hpp"

#include <elf.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED 0x20
#endif

namespace healer::runtime {

namespace {

constexpr std::size_t kAuxvLimit = 4096;
constexpr std::size_t kMostNames = 16;
constexpr int kMostLinks = 16;

std::string folderOf(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string linkTarget(int folder, const char* name) {
    std::array<char, PATH_MAX> target{};
    const ssize_t length = readlinkat(folder, name, target.data(), target.size());
    return length > 0 ? std::string(target.data(), static_cast<std::size_t>(length)) : std::string();
}

/// Opens a path only as far as the kernel has it in its cache, where nothing has to be waited for. Older
/// kernels (before 5.12) cannot, and then nothing is opened.
UniqueFd openCached(const std::string& path, std::uint64_t flags) {
    open_how how{};
    how.flags = flags | O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_CACHED;
    return UniqueFd(static_cast<int>(syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof(how))));
}

bool existsCached(const std::string& path) {
    return static_cast<bool>(openCached(path, O_NOFOLLOW));
}

/// canonicalName() by the cache alone.
std::string cachedName(const std::string& path) {
    const UniqueFd folder = openCached(folderOf(path), O_DIRECTORY);
    if (!folder) {
        return {};
    }
    const std::string link = "/proc/self/fd/" + std::to_string(folder.get());
    const std::string real = linkTarget(AT_FDCWD, link.c_str());
    return real.empty() ? real : (real == "/" ? "" : real) + "/" + std::string(core::baseName(path));
}

template <typename Word>
std::optional<std::uint64_t> findEntry(std::string_view auxv, std::uint64_t type) {
    for (std::size_t at = 0; at + 2 * sizeof(Word) <= auxv.size(); at += 2 * sizeof(Word)) {
        std::array<Word, 2> entry{};
        std::memcpy(entry.data(), auxv.data() + at, sizeof(entry));
        if (entry[0] == type) {
            return entry[1];
        }
    }
    return std::nullopt;
}

std::string readAuxv(int procFolder) {
    const UniqueFd fd(openat(procFolder, "auxv", O_RDONLY | O_CLOEXEC));
    std::array<char, kAuxvLimit> buffer{};
    const ssize_t length = fd ? read(fd.get(), buffer.data(), buffer.size()) : 0;
    return {buffer.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
}

template <typename Exists>
std::vector<std::string> namedIn(const std::string& directory, std::span<const std::string> arguments,
                                 const Exists& exists) {
    std::vector<std::string> named;
    for (const auto& argument : arguments) {
        const auto files = core::filesNamedBy(argument);
        if (std::ranges::any_of(files, [&](const auto& file) { return exists(directory + "/" + file); })) {
            named.push_back(argument);
        }
    }
    return named;
}

} // namespace

std::optional<std::uint64_t> executedAsAddress(std::string_view auxv) {
    // A program of 32 bits has shorter entries. Each kind has a plausible size of a page.
    constexpr std::uint64_t kLeastPage = 4096;
    constexpr std::uint64_t kMostPage = 1U << 20U;
    const auto page = findEntry<std::uint64_t>(auxv, AT_PAGESZ);
    const bool wide = page && *page >= kLeastPage && *page <= kMostPage;
    return wide ? findEntry<std::uint64_t>(auxv, AT_EXECFN) : findEntry<std::uint32_t>(auxv, AT_EXECFN);
}

void addOrigin(int procFolder, core::ProcessFacts& facts) {
    facts.directory = linkTarget(procFolder, "cwd");
    struct statx directory {};
    if (::statx(procFolder, "cwd", AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, &directory) == 0) {
        facts.directoryFile =
            core::FileId{makedev(directory.stx_dev_major, directory.stx_dev_minor), directory.stx_ino};
    }
    const auto most = std::min(facts.argv.size(), kMostNames);
    if (!facts.directory.empty() && most > 1) {
        facts.inDirectory =
            namedIn(facts.directory, std::span(facts.argv).subspan(1, most - 1), existsCached);
    }
    if (const auto address = executedAsAddress(readAuxv(procFolder))) {
        facts.executedAs = readForeignString(procFolder, *address, PATH_MAX).value_or("");
    }
    const std::string path = core::absolutePath(facts.executedAs, facts.directory);
    if (!core::isExecutionKnown(facts) || path.empty()) {
        return;
    }
    // What was executed by a relative path is somewhere else by now if the directory has been changed.
    if (facts.executedAs.starts_with('/') || existsCached(path)) {
        facts.executedPath = cachedName(path);
    }
}

std::string canonicalName(const std::string& path) {
    std::array<char, PATH_MAX> real{};
    if (::realpath(folderOf(path).c_str(), real.data()) == nullptr) {
        return {};
    }
    const std::string folder(real.data());
    return (folder == "/" ? "" : folder) + "/" + std::string(core::baseName(path));
}

std::vector<std::string> linksOf(const std::string& path) {
    std::vector<std::string> links;
    std::string here = canonicalName(path);
    for (int count = 0; count < kMostLinks && !here.empty(); ++count) {
        const std::string target = linkTarget(AT_FDCWD, here.c_str());
        if (target.empty()) {
            break;
        }
        here = canonicalName(core::absolutePath(target, folderOf(here)));
        links.push_back(here);
    }
    return links;
}

std::vector<std::string> namedIn(const std::string& directory, const std::vector<std::string>& arguments) {
    return namedIn(directory, std::span(arguments), [](const std::string& path) {
        struct stat file {};
        return ::lstat(path.c_str(), &file) == 0;
    });
}

} // namespace healer::runtime
