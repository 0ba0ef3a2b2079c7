// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace healer::monitor::network {

/// A regular expression that is looked for in an answer. The time that takes grows with the length of the
/// answer alone, whatever the expression and whoever wrote the answer.
class BodyPattern {
public:
    [[nodiscard]] static core::Result<BodyPattern> compile(const std::string& expression);
    /// Whether it matches some part of the text.
    [[nodiscard]] bool matches(std::string_view text) const;

private:
    explicit BodyPattern(std::shared_ptr<const re2::RE2> expression) : expression_(std::move(expression)) {}

    std::shared_ptr<const re2::RE2> expression_;
};

} // namespace healer::monitor::network
