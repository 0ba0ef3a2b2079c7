// SPDX-License-Identifier: Apache-2.0
#include "healerctl/change_text.hpp"

#include "healerctl/text.hpp"

namespace healer::healerctl {

namespace {

using core::State;

bool isPaused(const ProcessStatus& process) {
    return process.state == State::paused;
}

std::string command(const char* verb, const ProcessStatus& process) {
    return printable(shellText({"healerctl", verb, process.name}));
}

std::string withPid(std::string text, std::optional<std::uint32_t> pid) {
    return std::move(text) + (pid.value_or(0) == 0 ? "" : ", PID " + std::to_string(*pid));
}

/// A pause outlives a start.
std::string pauseNote(const Change& change) {
    return change.after && isPaused(*change.after)
               ? "; it is still paused: not recovered when it goes down, until " +
                     command("resume", *change.after)
               : "";
}

std::string startText(const Change& change) {
    const bool ranAlready = change.pid && *change.pid != 0 && change.before.pid == *change.pid;
    return withPid(ranAlready ? "it is running already" : "started", change.pid) + pauseNote(change);
}

std::string stopText(const Change& change) {
    const std::string until = "; it stays stopped until " + command("start", change.before);
    return (change.before.state == State::stopped ? "it is stopped already" : "stopped") + until;
}

std::string pausedText(const Change& change) {
    if (isPaused(change.before)) {
        return "it is paused already, until " + command("resume", change.before);
    }
    if (change.before.state == State::stopped) {
        return "paused; it is stopped, and stays so until " + command("start", change.before);
    }
    const bool down = change.after && change.after->pid == 0 && !change.before.isUp();
    return std::string("paused") + (down ? "; it is down, and not started until " : ", until ") +
           command("resume", change.before);
}

std::string resumeText(const Change& change) {
    if (!isPaused(change.before)) {
        return "it is not paused";
    }
    const bool stopped = change.after && change.after->state == State::stopped;
    return std::string("resumed") +
           (stopped ? "; it is stopped, and stays so until " + command("start", change.before) : "");
}

} // namespace

std::string changeText(const Change& change) {
    switch (change.verb) {
    case Verb::start:
        return startText(change);
    case Verb::restart:
        return withPid("restarted", change.pid) + pauseNote(change);
    case Verb::stop:
        return stopText(change);
    case Verb::pause:
        return pausedText(change);
    case Verb::resume:
        return resumeText(change);
    case Verb::reset:
        return "breaker reset";
    }
    return "";
}

} // namespace healer::healerctl
