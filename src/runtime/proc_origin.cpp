// SPDX-License-Identifier: Apache-2.0
#include "runtime/proc_origin.hpp"

#include "core/called_as.hpp"
#include "runtime/patience.hpp"
#include "runtime/reading.hpp"
#include "runtime/unique_fd.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

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

std::string readAuxv(int procFolder, int& shortage) {
    const UniqueFd fd(openat(procFolder, "auxv", O_RDONLY | O_CLOEXEC));
    shortage = !fd && isShortage(errno) ? errno : shortage;
    std::array<char, kAuxvLimit> buffer{};
    const ssize_t length = fd ? read(fd.get(), buffer.data(), buffer.size()) : 0;
    return {buffer.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
}

bool exists(const std::string& path) {
    struct stat file {};
    return ::lstat(path.c_str(), &file) == 0;
}

/// What is read of the origin of a process, some of which its user may serve.
struct Origin {
    std::string executedAs;
    std::string executedPath;
    std::vector<std::string> inDirectory;
    int shortage = 0;
};

Origin readOrigin(int procFolder, const std::string& directory, const std::vector<std::string>& arguments) {
    Origin origin;
    if (!directory.empty()) {
        origin.inDirectory = namedIn(directory, arguments);
    }
    if (const auto address = executedAsAddress(readAuxv(procFolder, origin.shortage))) {
        errno = 0;
        origin.executedAs = stringAt(procFolder, *address, PATH_MAX).value_or("");
        origin.shortage = origin.executedAs.empty() && isShortage(errno) ? errno : origin.shortage;
    }
    const std::string path = core::absolutePath(origin.executedAs, directory);
    // What was executed by a relative path is somewhere else by now if the directory has been changed.
    if (!path.empty() && (origin.executedAs.starts_with('/') || exists(path))) {
        origin.executedPath = canonicalName(path);
    }
    return origin;
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

int addOrigin(int procFolder, core::ProcessFacts& facts) {
    facts.directory = linkTarget(procFolder, "cwd");
    struct statx directory {};
    if (::statx(procFolder, "cwd", AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, &directory) == 0) {
        facts.directoryFile =
            core::FileId{makedev(directory.stx_dev_major, directory.stx_dev_minor), directory.stx_ino};
    }
    const auto most = static_cast<std::ptrdiff_t>(std::min(facts.argv.size(), kMostNames));
    const auto folder = std::make_shared<UniqueFd>(fcntl(procFolder, F_DUPFD_CLOEXEC, 3));
    if (!*folder) {
        return errno;
    }
    auto origin =
        readPatiently([folder, directory = facts.directory,
                       arguments = std::vector(facts.argv.begin() + std::min<std::ptrdiff_t>(1, most),
                                               facts.argv.begin() + most)] {
            return readOrigin(folder->get(), directory, arguments);
        });
    if (!origin) {
        return 0;
    }
    facts.executedAs = std::move(origin->executedAs);
    facts.executedPath = std::move(origin->executedPath);
    facts.inDirectory = std::move(origin->inDirectory);
    return origin->shortage;
}

std::optional<std::string> stringAt(int procFolder, std::uint64_t address, std::size_t limit) {
    const UniqueFd memory(openat(procFolder, "mem", O_RDONLY | O_CLOEXEC));
    std::string text(limit, '\0');
    const ssize_t length =
        memory ? pread(memory.get(), text.data(), text.size(), static_cast<off_t>(address)) : 0;
    const auto end = text.find('\0');
    if (length <= 0 || end >= static_cast<std::size_t>(length)) {
        return std::nullopt;
    }
    text.resize(end);
    return text;
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
    std::vector<std::string> named;
    for (const auto& argument : arguments) {
        const auto files = core::filesNamedBy(argument);
        const auto isThere = [&](const std::string& file) {
            std::string path = directory;
            path.append("/").append(file);
            return exists(path);
        };
        if (std::ranges::any_of(files, isThere)) {
            named.push_back(argument);
        }
    }
    return named;
}

} // namespace healer::runtime
