// SPDX-License-Identifier: Apache-2.0
#include "config/exposure.hpp"

#include <algorithm>
#include <deque>
#include <string_view>

namespace healer::config {
namespace {

constexpr int kMaxLinks = 40;
constexpr mode_t kGroupWrites = 0020;
constexpr mode_t kEveryoneWrites = 0002;
constexpr mode_t kSticky = 01000;

void prependSteps(std::deque<std::string>& steps, std::string_view path) {
    std::deque<std::string> parts;
    while (!path.empty()) {
        const std::size_t slash = std::min(path.find('/'), path.size());
        if (slash > 0) {
            parts.emplace_back(path.substr(0, slash));
        }
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    steps.insert(steps.begin(), parts.begin(), parts.end());
}

std::string parentOf(const std::string& directory) {
    const std::size_t slash = directory.rfind('/');
    return slash == std::string::npos ? std::string() : directory.substr(0, slash);
}

std::optional<std::string> exposureOfDirectory(const std::string& what, const FileFacts& facts) {
    if ((facts.permissions & kSticky) != 0 && facts.owner == 0) {
        return std::nullopt;
    }
    return exposureOf(what, facts);
}

} // namespace

std::optional<std::string> exposureOf(const std::string& what, const FileFacts& facts) {
    if (facts.owner != 0) {
        return what + " belongs to UID " + std::to_string(facts.owner) + ", not to root";
    }
    if ((facts.permissions & kEveryoneWrites) != 0) {
        return what + " can be written by every user";
    }
    // The group of root is root, unless an access control list gives its permissions to others.
    if ((facts.permissions & kGroupWrites) != 0 && (facts.group != 0 || facts.accessList)) {
        return what + " can be written by " +
               (facts.accessList ? "those in its access control list" : "its group");
    }
    return std::nullopt;
}

std::optional<std::string> exposure(const std::string& path, const FileProbe& files) {
    std::deque<std::string> steps;
    prependSteps(steps, path);
    std::string here;
    int links = 0;
    auto facts = files.inspect("/");
    bool stickyParent = false;
    while (facts) {
        const std::string shown = here.empty() ? "/" : here;
        if (facts->kind == FileKind::symlink) {
            // The permissions of the directory decide who may replace a link; in a sticky directory, its
            // owner may as well.
            if (stickyParent && facts->owner != 0) {
                return exposureOf(shown, *facts);
            }
            if (++links > kMaxLinks) {
                return shown + " leads through too many symbolic links";
            }
            prependSteps(steps, facts->linkTarget);
            here = facts->linkTarget.starts_with('/') ? std::string() : parentOf(here);
        } else {
            const bool last = steps.empty();
            auto found = facts->kind == FileKind::directory && !last ? exposureOfDirectory(shown, *facts)
                                                                     : exposureOf(shown, *facts);
            if (found || last) {
                return found;
            }
            stickyParent = (facts->permissions & kSticky) != 0;
            const std::string step = steps.front();
            steps.pop_front();
            if (step == "..") {
                here = parentOf(here);
            } else if (step != ".") {
                here += "/" + step;
            }
        }
        facts = files.inspect(here.empty() ? "/" : here);
    }
    return (here.empty() ? "/" : here) + " " + facts.error().message;
}

} // namespace healer::config
