// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace healer::runtime {

/// Opens /dev/null for each of standard input, output and error that is closed, so that no file opened later
/// gets such a number and receives output meant for a terminal. Must be called before any other file is
/// opened.
void openMissingStandardStreams();

/// Returns memory that is not needed now: free heap, and the pages of program text, most of which only
/// start-up and reload use. Text that is needed again is mapped from the page cache. Takes about a
/// millisecond.
void returnIdleMemory();

} // namespace healer::runtime
