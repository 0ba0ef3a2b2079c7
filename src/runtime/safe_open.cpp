// SPDX-License-Identifier: Apache-2.0
#include "runtime/safe_open.hpp"

#include "runtime/confinement.hpp"
#include "runtime/patience.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>

namespace healer::runtime {

namespace {

constexpr int kMaxLinks = 40;
constexpr mode_t kFileMode = 0640;

core::Error cannotOpen(const std::string& path, const std::string& why) {
    return core::Error{"cannot open " + path + ": " + why};
}

std::deque<std::string> components(std::string_view path) {
    std::deque<std::string> parts;
    while (!path.empty()) {
        const auto end = path.find('/');
        const auto part = path.substr(0, end);
        if (!part.empty() && part != ".") {
            parts.emplace_back(part);
        }
        path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
    }
    return parts;
}

/// Owner, type and mode without a request to a file server: a FUSE file system must not be able to block
/// Healer.
std::optional<struct statx> attributes(int fd) {
    struct statx found {};
    if (::statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_MODE | STATX_UID, &found) !=
        0) {
        return std::nullopt;
    }
    return found;
}

bool ownedByUs(const struct statx& found) {
    return found.stx_uid == 0 || found.stx_uid == ::geteuid();
}

/// Walks the directories of one path. Each is held open while the next one is looked up in it.
class TrustedWalk {
public:
    enum class SharedParent { refused, accepted };

    explicit TrustedWalk(const std::string& path, SharedParent parent = SharedParent::refused)
        : path_(path), todo_(components(path)), parent_(parent) {}

    struct Outcome {
        UniqueFd parent; ///< empty when not trusted
        std::string leaf;
        std::string untrusted;
    };

    core::Result<Outcome> run() {
        if (path_.empty() || path_.front() != '/' || path_.back() == '/' || todo_.empty() ||
            todo_.back() == "..") {
            return cannotOpen(path_, "it is not the absolute path of a file");
        }
        const std::string leaf = todo_.back();
        todo_.pop_back();
        if (!enter(UniqueFd(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)), "/")) {
            return finish(leaf);
        }
        while (!todo_.empty()) {
            const std::string name = std::move(todo_.front());
            todo_.pop_front();
            if (!step(name)) {
                return finish(leaf);
            }
        }
        if (shared_ && parent_ == SharedParent::refused) {
            untrusted_ = "the directory " + here_ + " can be changed by other users";
            return finish(leaf);
        }
        return Outcome{std::move(directory_), leaf, {}};
    }

private:
    core::Result<Outcome> finish(const std::string& leaf) {
        if (!untrusted_.empty()) {
            return Outcome{UniqueFd(), leaf, untrusted_};
        }
        return cannotOpen(path_, failure_);
    }

    bool step(const std::string& name) {
        const std::string where = (here_ == "/" ? "" : here_) + "/" + name;
        UniqueFd next(::openat(directory_.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
        if (!next) {
            failure_ = where + ": " + std::strerror(errno);
            return false;
        }
        const auto found = attributes(next.get());
        if (found && S_ISLNK(found->stx_mode)) {
            if (shared_) {
                untrusted_ = "the symbolic link " + where + " is in a directory that other users can change";
                return false;
            }
            return follow(next.get(), *found, where);
        }
        return enter(std::move(next), where);
    }

    bool follow(int link, const struct statx& found, const std::string& where) {
        if (!ownedByUs(found)) {
            untrusted_ = "the symbolic link " + where + " belongs to another user";
            return false;
        }
        std::array<char, PATH_MAX> target{};
        const ssize_t length = ::readlinkat(link, "", target.data(), target.size());
        if (length <= 0 || static_cast<std::size_t>(length) == target.size() || ++links_ > kMaxLinks) {
            failure_ = where + ": the symbolic link cannot be followed";
            return false;
        }
        const std::string_view text(target.data(), static_cast<std::size_t>(length));
        auto parts = components(text);
        todo_.insert(todo_.begin(), parts.begin(), parts.end());
        return text.front() != '/' || enter(UniqueFd(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)), "/");
    }

    bool enter(UniqueFd directory, const std::string& where) {
        const auto found = directory ? attributes(directory.get()) : std::nullopt;
        if (!found) {
            failure_ = where + ": " + std::strerror(errno);
            return false;
        }
        if (!S_ISDIR(found->stx_mode)) {
            failure_ = where + " is not a directory";
            return false;
        }
        // With an access control list the group bits are its mask, so they show what it grants to other
        // users.
        const bool writable = (found->stx_mode & (S_IWGRP | S_IWOTH)) != 0;
        const bool sticky = (found->stx_mode & S_ISVTX) != 0;
        if (!ownedByUs(*found) || (writable && !sticky)) {
            untrusted_ = "the directory " + where + " can be changed by other users";
            return false;
        }
        shared_ = writable;
        directory_ = std::move(directory);
        here_ = where;
        return true;
    }

    const std::string& path_;
    std::deque<std::string> todo_;
    SharedParent parent_;
    UniqueFd directory_;
    std::string here_;
    bool shared_ = false; ///< `here_` is sticky and writable by other users
    std::string untrusted_;
    std::string failure_;
    int links_ = 0;
};

/// To create a file, or to try to, waits for as long as the file system is frozen: that is done only where it
/// does not exist.
enum class Creation { allowed, none };

/// None: it would have to be created.
std::optional<core::Result<AppendFile>> openLeaf(const std::string& path, int directory, const char* name,
                                                 int extraFlags, Creation creation) {
    constexpr int kFlags = O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    UniqueFd file(::openat(directory, name, kFlags | extraFlags));
    if (!file && errno == ENOENT) {
        if (creation == Creation::none) {
            return std::nullopt;
        }
        file.reset(::openat(directory, name, kFlags | O_CREAT | extraFlags, kFileMode));
    }
    if (!file) {
        const int error = errno;
        return cannotOpen(path, error == ELOOP && extraFlags != 0
                                    ? "it is a symbolic link"
                                    : std::strerror(error) + confinementHint(error));
    }
    struct stat found {};
    if (::fstat(file.get(), &found) != 0 || (!S_ISREG(found.st_mode) && !S_ISCHR(found.st_mode))) {
        return cannotOpen(path, "it is neither a file nor a character device");
    }
    if (::fcntl(file.get(), F_SETFL, O_APPEND) != 0) {
        return cannotOpen(path, std::strerror(errno));
    }
    return AppendFile{std::move(file), {}};
}

std::optional<core::Result<AppendFile>> openTrusted(const std::string& path, Creation creation) {
    if (::geteuid() != 0) {
        return openLeaf(path, AT_FDCWD, path.c_str(), 0, creation);
    }
    auto walked = TrustedWalk(path).run();
    if (!walked) {
        return walked.error();
    }
    if (!walked->parent) {
        return AppendFile{UniqueFd(), std::move(walked->untrusted)};
    }
    return openLeaf(path, walked->parent.get(), walked->leaf.c_str(), O_NOFOLLOW, creation);
}

/// True also when there is something of that name. To make one that is there already waits for as long as the
/// file system is frozen, so that this is not even tried.
bool makeDirectory(int parent, const char* name, mode_t mode) {
    const UniqueFd there(::openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
    return there || ::mkdirat(parent, name, mode) == 0 || errno == EEXIST;
}

/// In a directory like /tmp another user may have created it first, so the result is checked too.
core::Result<void> makeTrustedDirectory(const std::string& path, mode_t mode) {
    const auto above = TrustedWalk(path, TrustedWalk::SharedParent::accepted).run();
    if (!above) {
        return above.error();
    }
    if (!above->parent) {
        return core::Error{above->untrusted};
    }
    if (!makeDirectory(above->parent.get(), above->leaf.c_str(), mode)) {
        return core::Error{std::strerror(errno)};
    }
    const std::string within = path + "/any";
    const auto inside = TrustedWalk(within).run();
    if (!inside) {
        return inside.error();
    }
    return inside->parent ? core::Result<void>() : core::Result<void>(core::Error{inside->untrusted});
}

} // namespace

core::Result<void> makeOwnDirectory(const std::string& path, mode_t mode) {
    const auto end = path.find_last_not_of('/');
    const std::string bare = end == std::string::npos ? path : path.substr(0, end + 1);
    if (::geteuid() == 0) {
        auto made = makeTrustedDirectory(bare, mode);
        return made ? std::move(made) : made.error().in("cannot use the directory " + bare);
    }
    if (!makeDirectory(AT_FDCWD, bare.c_str(), mode)) {
        return core::Error{"cannot create the directory " + bare + ": " + std::strerror(errno)};
    }
    return {};
}

core::Result<AppendFile> openForAppend(const std::string& path) {
    return *openTrusted(path, Creation::allowed);
}

core::Result<AppendFile> openForAppendSoon(const std::string& path) {
    if (auto opened = openTrusted(path, Creation::none)) {
        return std::move(*opened);
    }
    auto created = readPatiently([path] { return openForAppend(path); });
    return created ? std::move(*created) : cannotOpen(path, "the file system does not answer");
}

} // namespace healer::runtime
