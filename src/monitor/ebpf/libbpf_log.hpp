// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/log.hpp"

#include <string>

namespace healer::monitor::ebpf {

/// Sends the messages of libbpf to the log at debug level, and keeps the last warning. Only one may exist at
/// a time.
class LibbpfLog {
public:
    explicit LibbpfLog(runtime::Log& log);
    LibbpfLog(const LibbpfLog&) = delete;
    LibbpfLog& operator=(const LibbpfLog&) = delete;
    ~LibbpfLog();

    /// One line without the newline; empty if there was none.
    [[nodiscard]] const std::string& lastWarning() const { return lastWarning_; }
    void message(std::string line);
    void warning(std::string line);

private:
    runtime::Log& log_;
    std::string lastWarning_;
};

} // namespace healer::monitor::ebpf
