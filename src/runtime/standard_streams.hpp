// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace healer::runtime {

/// Puts /dev/null in the place of each of standard input, output and error that is closed, so that nothing
/// opened later gets such a number and receives what is meant for a terminal. To be called first of all.
void openMissingStandardStreams();

} // namespace healer::runtime
