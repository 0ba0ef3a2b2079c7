// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/environment.hpp"

#include <map>
#include <optional>
#include <string>

namespace healer::config {

/// The same environment, which is asked about each user and file once: a thousand entries share their user
/// and the directories above their programs. For one compilation: what changes later is not seen.
class RememberingEnvironment final : private FileProbe {
public:
    /// What it refers to outlives it.
    explicit RememberingEnvironment(const Environment& environment);

    [[nodiscard]] const Environment& get() const { return remembering_; }

private:
    [[nodiscard]] core::Result<FileFacts> follow(const std::string& path) const override;
    [[nodiscard]] core::Result<FileFacts> inspect(const std::string& path) const override;
    [[nodiscard]] std::optional<std::string> interpreter(const std::string& path) const override;

    const Environment& environment_;
    Environment remembering_;
    std::map<std::string, core::Result<core::User>> users_;
    mutable std::map<std::string, core::Result<FileFacts>> followed_;
    mutable std::map<std::string, core::Result<FileFacts>> inspected_;
    mutable std::map<std::string, std::optional<std::string>> interpreters_;
};

} // namespace healer::config
