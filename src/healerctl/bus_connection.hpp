// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/options.hpp"

#include <memory>
#include <string>

namespace sdbus {
class IConnection;
class Error;
} // namespace sdbus

namespace healer::healerctl {

/// The bus that the options name. Throws CallFailure with a sentence.
[[nodiscard]] std::unique_ptr<sdbus::IConnection> connectToBus(const Options& options);

/// Throws CallFailure when nobody has the name org.healer. To be asked before a call, which would start a
/// Healer that somebody stopped.
void mustBeRunning(sdbus::IConnection& connection);

/// From now on calls over this connection say that the person may be asked for a password.
void allowInteraction(sdbus::IConnection& connection);

/// Throws the failure as CallFailure; who is not there is said in words.
[[noreturn]] void fail(const sdbus::Error& error);

} // namespace healer::healerctl
