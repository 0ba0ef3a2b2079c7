// SPDX-License-Identifier: Apache-2.0
// The files that an earlier Healer left behind, perhaps half written or damaged.
#include "daemon/history.hpp"
#include "daemon/state_store.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace healer;
    constexpr const char* kBoot = "b";
    const std::string text = fuzz::asText(data, size);
    if (const auto state = daemon::decodeState(text, kBoot); state.ok() && *state) {
        const std::string written = daemon::encodeState(**state, kBoot);
        const auto again = daemon::decodeState(written, kBoot);
        fuzz::require(again.ok() && *again, "what was read can be written and read again");
        fuzz::require(daemon::encodeState(**again, kBoot) == written, "and is the same then");
    }
    if (const auto event = daemon::decodeEvent(text)) {
        const std::string line = daemon::encodeEvent(*event);
        fuzz::require(line.find('\n') == line.size() - 1, "an event is one line");
        fuzz::require(daemon::decodeEvent(line).has_value(), "an event can be read again");
    }
    return 0;
}
