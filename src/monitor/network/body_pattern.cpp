// SPDX-License-Identifier: Apache-2.0
#include "monitor/network/body_pattern.hpp"

#include <re2/re2.h>

#include <utility>

namespace healer::monitor::network {

core::Result<BodyPattern> BodyPattern::compile(const std::string& expression) {
    constexpr std::int64_t kMemory = 1024L * 1024;
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMemory);
    auto compiled = std::make_shared<const re2::RE2>(expression, options);
    if (!compiled->ok()) {
        return core::Error{"is not a regular expression: " + compiled->error()};
    }
    return BodyPattern(std::move(compiled));
}

bool BodyPattern::matches(std::string_view text) const {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *expression_);
}

} // namespace healer::monitor::network
