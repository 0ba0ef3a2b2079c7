// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <string>
#include <utility>

namespace healer::bus {

/// The D-Bus error for an expected failure, by the names of the contract.
[[nodiscard]] sdbus::Error toBusError(const core::Error& error);

/// The D-Bus error for an unexpected exception.
[[nodiscard]] sdbus::Error unexpectedError(const std::string& what);

/// Runs the body of a method or property: only sdbus::Error leaves, as sdbus-c++ 1.2 ends the process on
/// anything else.
template <typename Body>
auto guarded(Body&& body) -> decltype(body()) {
    try {
        return std::forward<Body>(body)();
    } catch (const sdbus::Error&) {
        throw;
    } catch (const std::exception& e) {
        throw unexpectedError(e.what());
    } catch (...) {
        throw unexpectedError("unknown exception");
    }
}

/// Runs something that puts a message on the bus; whether it could. The connection detects by itself that it
/// is lost.
template <typename Body>
bool sent(Body&& body) {
    try {
        std::forward<Body>(body)();
        return true;
    } catch (const sdbus::Error&) {
        return false;
    }
}

} // namespace healer::bus
