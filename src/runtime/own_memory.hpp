// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace healer::runtime {

/// Gives back what the process does not need now: free memory of the heap, and the pages of program text,
/// most of which only start and reload use. Text that is needed again comes back from the page cache by
/// itself. Takes about a millisecond.
void returnIdleMemory();

} // namespace healer::runtime
