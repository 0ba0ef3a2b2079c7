// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/log.hpp"

#include <string>

namespace healer::monitor::ebpf {

/// While it lives, what libbpf says goes to the log at debug level, and its last warning is kept. One at a
/// time.
class LibbpfLog {
public:
    explicit LibbpfLog(runtime::Log& log);
    LibbpfLog(const LibbpfLog&) = delete;
    LibbpfLog& operator=(const LibbpfLog&) = delete;
    ~LibbpfLog();

    /// One line without its end; empty if there was none.
    [[nodiscard]] const std::string& lastWarning() const { return lastWarning_; }
    void take(bool warning, std::string line);

private:
    runtime::Log& log_;
    std::string lastWarning_;
};

} // namespace healer::monitor::ebpf
