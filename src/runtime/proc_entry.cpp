// SPDX-License-Identifier: Apache-2.0
#include "runtime/proc_entry.hpp"

#include "core/unit_name.hpp"
#include "runtime/proc_origin.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <memory>
#include <sstream>

namespace healer::runtime {

namespace {

constexpr std::size_t kSmallFile = 8 * 1024UL;
constexpr std::size_t kArgumentLimit = 256 * 1024UL;
constexpr std::size_t kEnvironmentLimit = 256 * 1024UL;

template <typename Number>
bool parseNumber(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc();
}

/// The words that follow KEY in the lines of /proc/PID/status.
std::vector<std::string_view> statusWords(std::string_view status, std::string_view key) {
    std::vector<std::string_view> words;
    for (auto at = status.find(key); at != std::string_view::npos; at = status.find(key, at + 1)) {
        if (at != 0 && status[at - 1] != '\n') {
            continue;
        }
        auto line = status.substr(at + key.size(), status.substr(at + key.size()).find('\n'));
        while (!line.empty()) {
            const auto begin = line.find_first_not_of(" \t");
            if (begin == std::string_view::npos) {
                break;
            }
            line.remove_prefix(begin);
            words.push_back(line.substr(0, line.find_first_of(" \t")));
            line.remove_prefix(words.back().size());
        }
        break;
    }
    return words;
}

std::vector<std::string> split(std::string_view arguments) {
    std::vector<std::string> argv;
    while (!arguments.empty()) {
        const auto end = std::min(arguments.find('\0'), arguments.size());
        argv.emplace_back(arguments.substr(0, end));
        arguments.remove_prefix(std::min(end + 1, arguments.size()));
    }
    return argv;
}

/// The parent of the cgroup of PID 1: "" on a host, a longer path in containers without a cgroup namespace.
/// None: it cannot be read at the moment.
std::optional<std::string> readCgroupRoot() {
    constexpr std::string_view kInit = "/init.scope";
    const UniqueFd fd(open("/proc/1/cgroup", O_RDONLY | O_CLOEXEC));
    if (!fd && isShortage(errno)) {
        return std::nullopt;
    }
    std::array<char, kSmallFile> buffer{};
    const ssize_t length = fd ? read(fd.get(), buffer.data(), buffer.size()) : 0;
    std::istringstream lines(std::string(buffer.data(), length > 0 ? static_cast<std::size_t>(length) : 0));
    for (std::string line; std::getline(lines, line);) {
        const bool systemds = line.starts_with("0::") || line.find(":name=systemd:") != std::string::npos;
        if (systemds && line.ends_with(kInit)) {
            const auto path = line.find('/');
            return line.substr(path, line.size() - kInit.size() - path);
        }
    }
    return std::string();
}

const std::optional<std::string>& cgroupRoot() {
    static std::optional<std::string> root;
    if (!root) {
        root = readCgroupRoot();
    }
    return root;
}

} // namespace

std::optional<ProcEntry::Stat> parseStat(pid_t pid, std::string_view text) {
    // The fields of proc(5) from the third on; the name before them may contain any character.
    constexpr std::size_t kState = 0;
    constexpr std::size_t kParent = 1;
    constexpr std::size_t kGroup = 2;
    constexpr std::size_t kSession = 3;
    constexpr std::size_t kFlags = 6;
    constexpr std::size_t kThreads = 17;
    constexpr std::size_t kStart = 19;
    constexpr std::size_t kArguments = 45;
    constexpr std::size_t kArgumentsEnd = 46;
    constexpr unsigned kExitingFlag = 0x00000004;
    constexpr unsigned kForkedOnlyFlag = 0x00000040;
    constexpr unsigned kKernelThreadFlag = 0x00200000;

    const auto end = text.rfind(')');
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    text.remove_prefix(end + 1);
    std::array<std::string_view, kArgumentsEnd + 1> fields;
    for (auto& field : fields) {
        const auto begin = text.find_first_not_of(" \n");
        if (begin == std::string_view::npos) {
            break;
        }
        text.remove_prefix(begin);
        field = text.substr(0, text.find_first_of(" \n"));
        text.remove_prefix(field.size());
    }
    ProcEntry::Stat stat;
    stat.key.pid = pid;
    unsigned flags = 0;
    if (fields[kState].empty() || !parseNumber(fields[kParent], stat.parent) ||
        !parseNumber(fields[kGroup], stat.group) || !parseNumber(fields[kSession], stat.session) ||
        !parseNumber(fields[kFlags], flags) || !parseNumber(fields[kThreads], stat.threads) ||
        !parseNumber(fields[kStart], stat.key.startTicks)) {
        return std::nullopt;
    }
    stat.state = fields[kState].front();
    stat.kernelThread = (flags & kKernelThreadFlag) != 0;
    stat.exiting = (flags & kExitingFlag) != 0;
    stat.forkedOnly = (flags & kForkedOnlyFlag) != 0;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    if (parseNumber(fields[kArguments], from) && parseNumber(fields[kArgumentsEnd], to) && from != 0 &&
        from <= to) {
        stat.originalLength = to - from;
    }
    return stat;
}

Reading<ProcEntry> ProcEntry::open(pid_t pid) {
    if (pid <= 0) {
        return Reading<ProcEntry>::none();
    }
    const std::string path = "/proc/" + std::to_string(pid);
    UniqueFd folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder) {
        return Reading<ProcEntry>::failed(errno);
    }
    return ProcEntry(pid, std::move(folder));
}

Reading<std::string> ProcEntry::readText(const std::string& name, std::size_t limit) const {
    const UniqueFd fd(openat(folder_.get(), name.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        note(errno);
        return Reading<std::string>::failed(errno);
    }
    std::string text;
    std::array<char, kSmallFile> buffer{};
    while (text.size() < limit) {
        const ssize_t length = read(fd.get(), buffer.data(), buffer.size());
        if (length < 0) {
            note(errno);
            return Reading<std::string>::failed(errno);
        }
        if (length == 0) {
            break;
        }
        text.append(buffer.data(), static_cast<std::size_t>(length));
    }
    return text;
}

Reading<ProcEntry::Stat> ProcEntry::stat() const {
    const auto text = readText("stat", kSmallFile);
    if (!text) {
        return Reading<Stat>::as(text);
    }
    const auto parsed = parseStat(pid_, *text);
    return parsed ? Reading<Stat>(*parsed) : Reading<Stat>::unknown(EIO);
}

std::optional<ProcEntry::Program> ProcEntry::programIn(const std::string& prefix) const {
    const std::string link = prefix + "exe";
    std::array<char, PATH_MAX> target{};
    const ssize_t length = readlinkat(folder_.get(), link.c_str(), target.data(), target.size());
    struct statx file {};
    // The program may be on a FUSE file system of its own user, which could stall a request.
    if (length <= 0 ||
        ::statx(folder_.get(), link.c_str(), AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, &file) != 0) {
        note(errno);
        return std::nullopt;
    }
    return Program{std::string(target.data(), static_cast<std::size_t>(length)),
                   core::FileId{makedev(file.stx_dev_major, file.stx_dev_minor), file.stx_ino}};
}

std::optional<ProcEntry::Program> ProcEntry::program() const {
    return programIn("");
}

std::string ProcEntry::argumentsIn(const std::string& prefix) const {
    return readText(prefix + "cmdline", kArgumentLimit).orNone().value_or("");
}

std::vector<std::string> ProcEntry::argv() const {
    return split(argumentsIn(""));
}

std::string ProcEntry::unit() const {
    const auto& root = cgroupRoot();
    const auto text = readText("cgroup", kSmallFile);
    metShortage_ = metShortage_ || !root;
    return text && root ? core::systemUnitOf(*text, *root) : std::string();
}

std::string ProcEntry::livingThread() const {
    const UniqueFd tasks(openat(folder_.get(), "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    DIR* raw = tasks ? fdopendir(dup(tasks.get())) : nullptr;
    if (raw == nullptr) {
        note(errno);
        return {};
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(raw, &closedir);
    const std::string own = std::to_string(pid_);
    while (const dirent* entry = readdir(folder.get())) {
        const std::string name(static_cast<const char*>(entry->d_name));
        if (name.front() != '.' && name != own) {
            return "task/" + name + "/";
        }
    }
    return {};
}

Reading<std::string> ProcEntry::environment() const {
    const auto text = readText("environ", kEnvironmentLimit);
    return text ? Reading(std::string(1, '\0') + *text) : text;
}

std::optional<uid_t> ProcEntry::user() const {
    const auto status = readText("status", kSmallFile);
    const auto uids = status ? statusWords(*status, "Uid:") : std::vector<std::string_view>();
    uid_t user = 0;
    return uids.size() >= 2 && parseNumber(uids[1], user) ? std::optional(user) : std::nullopt;
}

Reading<core::ProcessFacts> ProcEntry::facts(const Wanted& wanted) const {
    using Facts = Reading<core::ProcessFacts>;
    const auto now = stat();
    if (!now) {
        return Facts::as(now);
    }
    const auto status = readText("status", kSmallFile);
    if (!status) {
        return Facts::as(status);
    }
    core::ProcessFacts facts;
    const auto uids = statusWords(*status, "Uid:");
    const auto group = statusWords(*status, "Tgid:");
    pid_t leader = 0;
    if (uids.size() < 2 || !parseNumber(uids[0], facts.realUid) ||
        !parseNumber(uids[1], facts.effectiveUid) || group.empty() || !parseNumber(group.front(), leader) ||
        leader != pid_) {
        return Facts::none();
    }
    facts.key = now->key;
    facts.parent = now->parent;
    facts.session = now->session;
    facts.forkedOnly = now->forkedOnly;
    facts.zombie = now->zombie();
    // One number for each PID namespace, from that of /proc down to its own.
    facts.inOwnPidNamespace = statusWords(*status, "NSpid:").size() <= 1;
    facts.unit = unit();
    if (wanted && !wanted(facts)) {
        return Facts::none();
    }
    const std::string prefix = now->leaderEnded() && !facts.zombie ? livingThread() : std::string();
    if (const auto running = programIn(prefix)) {
        facts.exe = running->path;
        facts.exeFile = running->file;
    }
    const std::string arguments = argumentsIn(prefix);
    facts.argv = split(arguments);
    facts.argvLength = arguments.size();
    // Of arguments that are too long for Healer the rest is not known.
    facts.originalLength = arguments.size() < kArgumentLimit ? now->originalLength : std::nullopt;
    return facts;
}

void ProcEntry::addOrigin(core::ProcessFacts& facts) const {
    note(runtime::addOrigin(folder_.get(), facts));
}

Reading<core::ProcessFacts> factsOf(pid_t pid, const ProcEntry::Wanted& wanted) {
    const auto entry = ProcEntry::open(pid);
    auto facts = entry ? entry->facts(wanted) : Reading<core::ProcessFacts>::as(entry);
    if (facts) {
        entry->addOrigin(*facts);
    }
    return facts;
}

Reading<std::vector<pid_t>> allPids() {
    std::vector<pid_t> pids;
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc"), &closedir);
    if (!folder) {
        return Reading<std::vector<pid_t>>::unknown(errno);
    }
    while (const dirent* entry = readdir(folder.get())) {
        const std::string_view name(static_cast<const char*>(entry->d_name));
        pid_t pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error == std::errc() && end == name.data() + name.size()) {
            pids.push_back(pid);
        }
    }
    return pids;
}

} // namespace healer::runtime
