// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>

#include <stdexcept>

namespace healer::test {

/// While it lives this process can open nothing (EMFILE). What is open can be used.
class NoDescriptors {
public:
    NoDescriptors() {
        constexpr rlim_t kStandardStreams = 3; // poll(2) refuses more entries than this
        rlimit none{};
        if (getrlimit(RLIMIT_NOFILE, &before_) != 0) {
            throw std::runtime_error("no limit of descriptors");
        }
        none = before_;
        none.rlim_cur = kStandardStreams;
        if (setrlimit(RLIMIT_NOFILE, &none) != 0) {
            throw std::runtime_error("the limit of descriptors cannot be set");
        }
    }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;
    ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

} // namespace healer::test
