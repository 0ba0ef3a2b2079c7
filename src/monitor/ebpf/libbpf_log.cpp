// SPDX-License-Identifier: Apache-2.0
#include "monitor/ebpf/libbpf_log.hpp"

#include <bpf/libbpf.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <utility>

namespace healer::monitor::ebpf {

namespace {

LibbpfLog* current = nullptr;

int print(libbpf_print_level level, const char* format, va_list arguments) {
    std::array<char, 512> line{};
    const int length = std::vsnprintf(line.data(), line.size(), format, arguments);
    // libbpf is C: no exception may pass through it.
    try {
        if (current != nullptr) {
            level == LIBBPF_WARN ? current->warning(line.data()) : current->message(line.data());
        }
    } catch (...) {
        return 0;
    }
    return length;
}

std::string withoutNewline(std::string line) {
    while (!line.empty() && line.back() == '\n') {
        line.pop_back();
    }
    return line;
}

} // namespace

LibbpfLog::LibbpfLog(runtime::Log& log) : log_(log) {
    current = this;
    libbpf_set_print(&print);
}

LibbpfLog::~LibbpfLog() {
    current = nullptr;
}

void LibbpfLog::message(std::string line) {
    log_.debug(withoutNewline(std::move(line)));
}

void LibbpfLog::warning(std::string line) {
    lastWarning_ = withoutNewline(std::move(line));
    log_.debug(lastWarning_);
}

} // namespace healer::monitor::ebpf
