// SPDX-License-Identifier: Apache-2.0
#include "core/process.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

namespace healer::core {

namespace {

constexpr std::array<std::pair<ExitReason, std::string_view>, 7> kReasons{{
    {ExitReason::exited, "exited"},
    {ExitReason::signaled, "signaled"},
    {ExitReason::coreDumped, "core-dumped"},
    {ExitReason::oomKilled, "oom-killed"},
    {ExitReason::probeFailed, "probe-failed"},
    {ExitReason::unitFailed, "unit-failed"},
    {ExitReason::vanished, "vanished"},
}};

constexpr int kSignalMask = 0x7f;
constexpr int kCoreFlag = 0x80;
constexpr int kCodeShift = 8;
constexpr int kCodeMask = 0xff;

/// ", sent by PID 77 (bash) of UID 0". The name is the sender's choice, and goes to terminals.
std::string describe(const SignalSender& sender, bool signalIsTold) {
    std::string text = signalIsTold ? ", sent by " : ", after a " + signalName(sender.signal) + " sent by ";
    text += sender.pid == 0 ? "a process outside the PID namespace" : "PID " + std::to_string(sender.pid);
    std::string name = sender.comm;
    std::ranges::replace_if(
        name, [](char letter) { return letter < ' ' || letter > '~'; }, '?');
    return text + (name.empty() ? "" : " (" + name + ")") + " of UID " + std::to_string(sender.uid);
}

} // namespace

pid_t pidOf(const Instance& instance) {
    if (const auto* process = std::get_if<ProcessKey>(&instance)) {
        return process->pid;
    }
    const auto* ended = std::get_if<EndedProcess>(&instance);
    return ended != nullptr ? ended->pid : 0;
}

std::optional<ProcessKey> processOf(const std::optional<Instance>& instance) {
    const auto* process = instance ? std::get_if<ProcessKey>(&*instance) : nullptr;
    return process != nullptr ? std::optional(*process) : std::nullopt;
}

Exit exitFromWaitStatus(int status) {
    Exit exit;
    if (const int signal = status & kSignalMask; signal != 0) {
        exit.reason = (status & kCoreFlag) != 0 ? ExitReason::coreDumped : ExitReason::signaled;
        exit.signal = signal;
    } else {
        exit.reason = ExitReason::exited;
        exit.code = (status >> kCodeShift) & kCodeMask;
    }
    return exit;
}

Exit exitFromChildCode(int code, int status) {
    Exit exit;
    if (code == CLD_EXITED) {
        exit.reason = ExitReason::exited;
        exit.code = status;
    } else if (code == CLD_KILLED || code == CLD_DUMPED) {
        exit.reason = code == CLD_DUMPED ? ExitReason::coreDumped : ExitReason::signaled;
        exit.signal = status;
    }
    return exit;
}

void attribute(Exit& exit, SignalSender sender, std::chrono::nanoseconds before) {
    constexpr std::chrono::seconds kAnswer{10}; // as long as a stop may take by default
    const bool answered = exit.reason == ExitReason::exited && before <= kAnswer;
    if (answered || exit.signal == sender.signal) {
        exit.sender = std::move(sender);
    }
}

std::string describe(const Exit& exit) {
    const std::string signal = exit.signal ? signalName(*exit.signal) : std::string("a signal");
    std::string text;
    switch (exit.reason) {
    case ExitReason::exited:
        text = "exited with status " + (exit.code ? std::to_string(*exit.code) : std::string("unknown"));
        break;
    case ExitReason::signaled:
        text = "killed by " + signal;
        break;
    case ExitReason::coreDumped:
        text = "dumped core (" + signal + ")";
        break;
    case ExitReason::oomKilled:
        text = "killed by the OOM killer";
        break;
    case ExitReason::probeFailed:
        text = "failed its probe " + exit.probe;
        break;
    case ExitReason::unitFailed:
        text = "its unit failed";
        break;
    case ExitReason::vanished:
        text = "vanished (how it ended is not known)";
        break;
    }
    if (exit.sender) {
        text += describe(*exit.sender, exit.signal.has_value());
    }
    return exit.detail.empty() ? text : text + ": " + exit.detail;
}

std::string_view toString(ExitReason reason) {
    for (const auto& [value, word] : kReasons) {
        if (value == reason) {
            return word;
        }
    }
    return "vanished";
}

std::optional<ExitReason> exitReasonFromString(std::string_view word) {
    for (const auto& [value, known] : kReasons) {
        if (known == word) {
            return value;
        }
    }
    return std::nullopt;
}

std::string signalName(int signal) {
    if (const char* abbreviation = sigabbrev_np(signal); abbreviation != nullptr) {
        return std::string("SIG") + abbreviation;
    }
    return "signal " + std::to_string(signal);
}

std::optional<int> signalFromName(std::string_view name) {
    int number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc() && end == name.data() + name.size()) {
        return number > 0 && number < NSIG ? std::optional(number) : std::nullopt;
    }
    if (name.starts_with("SIG")) {
        name.remove_prefix(3);
    }
    for (int candidate = 1; candidate < NSIG; ++candidate) {
        if (const char* abbreviation = sigabbrev_np(candidate);
            abbreviation != nullptr && name == abbreviation) {
            return candidate;
        }
    }
    return std::nullopt;
}

} // namespace healer::core
