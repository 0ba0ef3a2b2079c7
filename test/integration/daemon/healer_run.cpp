// SPDX-License-Identifier: Apache-2.0
#include "integration/daemon/healer_run.hpp"
#include "support/files.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <thread>

namespace healer::test {

namespace fs = std::filesystem;

namespace {

bool lives(pid_t pid) {
    const std::string stat = readText("/proc/" + std::to_string(pid) + "/stat");
    const auto end = stat.rfind(')');
    return end != std::string::npos && end + 2 < stat.size() && stat[end + 2] != 'Z' && stat[end + 2] != 'X';
}

/// Living processes other than ourselves that have `word` in their command line.
std::vector<pid_t> startedHere(const std::string& word) {
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const pid_t pid = std::atoi(entry.path().filename().c_str());
        if (pid > 1 && pid != getpid() && lives(pid) &&
            readText(entry.path() / "cmdline").find(word) != std::string::npos) {
            found.push_back(pid);
        }
    }
    return found;
}

int statusOf(int waitStatus) {
    return WIFEXITED(waitStatus) ? WEXITSTATUS(waitStatus) : 128 + WTERMSIG(waitStatus);
}

} // namespace

bool waitFor(const std::function<bool()>& condition, std::chrono::milliseconds bound) {
    const auto end = std::chrono::steady_clock::now() + bound;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

HealerRun::HealerRun() {
    fs::create_directory(folder() / "run");
}

HealerRun::~HealerRun() {
    if (healer_ > 0) {
        kill(healer_, SIGKILL);
        (void)wait();
    }
    // Also one that is only just starting.
    waitFor([this] {
        const auto left = startedHere(folder_.string());
        for (const pid_t pid : left) {
            kill(pid, SIGKILL);
        }
        return left.empty();
    });
}

void HealerRun::writeConfig(const std::string& processes) const {
    const fs::path fresh = folder_ / "config.new";
    std::ofstream(fresh) << "launch: direct\nlog_directory: " << (folder_ / "logs").string()
                         << "\nprocesses:\n"
                         << processes;
    fs::permissions(fresh, fs::perms(0600));
    fs::rename(fresh, config());
}

std::string HealerRun::counter(const std::string& name, const std::string& monitor,
                               const std::string& more) const {
    return "  - name: " + name + "\n    command: " HEALER_COUNTER "\n    args: [\"" +
           (folder_ / (name + ".pid")).string() + "\"]\n" +
           (geteuid() == 0 ? "    run_as_root: true\n" : "") + "    monitor: " + monitor + "\n" + more;
}

std::string HealerRun::pidMonitor(const std::string& name) const {
    return "{ type: pid, pid_file_path: " + (folder_ / (name + ".pid")).string() + ", interval_secs: 1 }";
}

pid_t HealerRun::spawn(const std::vector<std::string>& arguments, const fs::path& output) const {
    std::vector<std::string> words{HEALER_PROGRAM};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (auto& word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        if (output.empty()) {
            for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
                close(stream);
            }
        } else {
            const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
            dup2(file, STDOUT_FILENO);
            dup2(file, STDERR_FILENO);
        }
        setenv("RUNTIME_DIRECTORY", (folder_ / "run").c_str(), 1);
        unsetenv("NOTIFY_SOCKET");
        if (!notifySocket_.empty()) {
            setenv("NOTIFY_SOCKET", notifySocket_.c_str(), 1);
        }
        unsetenv("HEALER_CONFIG");
        execv(argv[0], argv.data());
        _exit(127);
    }
    return child;
}

void HealerRun::start() {
    const int before = logged("watches");
    healer_ = spawn({"--foreground", "-c", config(), "--bus", "none"}, folder_ / "healer.out");
    if (!waitFor([&] { return logged("watches") > before; })) {
        throw std::runtime_error("Healer does not come up: " + log());
    }
}

void HealerRun::startWithoutStreams(const std::function<bool()>& isUp) {
    healer_ = spawn({"--foreground", "-c", config(), "--bus", "none"}, {});
    if (!waitFor(isUp)) {
        throw std::runtime_error("Healer does not come up");
    }
}

void HealerRun::signal(int number) const {
    kill(healer_, number);
}

int HealerRun::wait() {
    int status = 0;
    while (waitpid(healer_, &status, 0) < 0 && errno == EINTR) {
    }
    healer_ = 0;
    return statusOf(status);
}

Finished HealerRun::run(const std::vector<std::string>& arguments) const {
    const fs::path output = folder_ / "command.out";
    fs::remove(output);
    const pid_t child = spawn(arguments, output);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return {statusOf(status), readText(output)};
}

std::optional<pid_t> HealerRun::counterPid(const std::string& name) const {
    const pid_t pid = std::atoi(readText(folder_ / (name + ".pid")).c_str());
    return pid > 1 && lives(pid) ? std::optional(pid) : std::nullopt;
}

pid_t HealerRun::runningPid(const std::string& name) const {
    std::optional<pid_t> found;
    if (!waitFor([&] { return (found = counterPid(name)).has_value(); })) {
        throw std::runtime_error(name + " does not run: " + log());
    }
    return *found;
}

std::optional<pid_t> HealerRun::waitForSuccessor(const std::string& name, pid_t old) const {
    std::optional<pid_t> found;
    waitFor([&] {
        found = counterPid(name);
        return found && *found != old;
    });
    return found && *found != old ? found : std::nullopt;
}

int HealerRun::copies(const std::string& name) const {
    const std::string commandLine =
        std::string(HEALER_COUNTER) + '\0' + (folder_ / (name + ".pid")).string() + '\0';
    return static_cast<int>(startedHere(commandLine).size());
}

std::string HealerRun::log() const {
    return readText(folder_ / "healer.out");
}

int HealerRun::logged(const std::string& text) const {
    const std::string all = log();
    int count = 0;
    for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + text.size())) {
        ++count;
    }
    return count;
}

} // namespace healer::test
