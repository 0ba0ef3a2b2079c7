// SPDX-License-Identifier: Apache-2.0
#include "core/shown_url.hpp"

#include <algorithm>

namespace healer::core {

std::string shownUrl(std::string_view url) {
    if (url.starts_with("unix:")) {
        return std::string(url); // a path, in which ? and @ mean themselves
    }
    const auto split = url.find("://");
    const std::size_t begin = split == std::string_view::npos ? 0 : split + 3;
    const std::string_view rest = url.substr(begin);
    const std::size_t end = std::min(rest.find_first_of("?#"), rest.size());
    std::string_view kept = rest.substr(0, end);
    const std::string_view authority = kept.substr(0, kept.find('/'));
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        kept.remove_prefix(at + 1);
    }
    std::string shown(url.substr(0, begin));
    shown += kept;
    return end < rest.size() ? shown + rest[end] + "..." : shown;
}

} // namespace healer::core
