// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace healer::core {

/// A URL as people may see it on D-Bus, in the journal and in files: without user information, query and
/// fragment, which may hold secrets. "?..." stands for what was left out.
[[nodiscard]] std::string shownUrl(std::string_view url);

} // namespace healer::core
