// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/command_compiler.hpp"
#include "config/draft.hpp"
#include "config/key.hpp"

#include <optional>
#include <span>

namespace healer::config {

/// Compiles the entries of `processes`, one at a time.
class ProcessCompiler {
public:
    ProcessCompiler(std::span<const MonitorSchema> schemas, CommandCompiler commands);

    /// The entry as far as it is valid; errors are reported. Nothing if it is no mapping.
    [[nodiscard]] std::optional<ProcessDraft> compile(const Field& field);

private:
    std::span<const MonitorSchema> schemas_;
    CommandCompiler commands_;
};

} // namespace healer::config
