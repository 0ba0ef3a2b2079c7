// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <map>
#include <string>

namespace healer::bus {

class Connection;

/// Asks the bus which users callers are. When many questions are open, only callers with no other one are let
/// in: so a flood from one caller neither grows this without end nor locks the others out.
class UidLookup {
public:
    /// Enough for every burst that is no flood, and little memory.
    static constexpr std::size_t kManyOpen = 1024;

    /// The connection outlives it.
    explicit UidLookup(Connection& connection, std::size_t manyOpen = kManyOpen)
        : connection_(connection), manyOpen_(manyOpen) {}
    UidLookup(const UidLookup&) = delete;
    UidLookup& operator=(const UidLookup&) = delete;

    /// `callback` is called once, at once or later from the loop: the uid of the owner of this unique name,
    /// ErrorKind::busy, or ErrorKind::accessDenied when the bus does not know.
    void find(const std::string& name, std::function<void(core::Result<uid_t>)> callback);

private:
    void close(const std::string& name);

    Connection& connection_;
    std::size_t manyOpen_;
    std::map<std::string, std::size_t> open_; ///< how many of each caller
    std::size_t openInAll_ = 0;
};

} // namespace healer::bus
