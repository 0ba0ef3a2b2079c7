// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "core/result.hpp"
#include "monitor/probe/number_ranges.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace healer::monitor::network {

/// HTTP status codes, written as "200", "200-399" or "200,204,300-399".
[[nodiscard]] core::Result<probe::NumberRanges> parseStatus(std::string_view text);

/// A regular expression that is searched for in an answer. The time this takes grows with the length of the
/// answer only, whatever the expression and the answer are.
class BodyPattern {
public:
    [[nodiscard]] static core::Result<BodyPattern> compile(const std::string& expression);
    /// Whether it matches some part of the text.
    [[nodiscard]] bool matches(std::string_view text) const;

private:
    explicit BodyPattern(std::shared_ptr<const re2::RE2> expression) : expression_(std::move(expression)) {}

    std::shared_ptr<const re2::RE2> expression_;
};

/// These return what is wrong with a setting; nothing when it is valid.
[[nodiscard]] std::optional<std::string> checkTarget(const core::ArgValue& value);
[[nodiscard]] std::optional<std::string> checkStatus(const core::ArgValue& value);
[[nodiscard]] std::optional<std::string> checkPattern(const core::ArgValue& value);
[[nodiscard]] std::optional<std::string> checkServerName(const core::ArgValue& value);
[[nodiscard]] std::optional<std::string> checkHeaders(const core::ArgValue& value);

} // namespace healer::monitor::network
