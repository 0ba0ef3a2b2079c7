// SPDX-License-Identifier: Apache-2.0
// Words of others, on their way to a terminal, a log file or D-Bus.
#include "monitor/probe/shown_text.hpp"
#include "bus/text.hpp"
#include "config/utf8.hpp"
#include "fuzz/fuzz.hpp"
#include "healerctl/text.hpp"
#include "runtime/log_hub.hpp"
#include "runtime/log_sinks.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace healer;
    const std::string text = fuzz::asText(data, size);
    const std::string shown = monitor::probe::shownText(text, 100);
    fuzz::require(shown.size() <= 100, "what is shown has a limit");
    fuzz::require(!fuzz::steersTerminal(shown) && shown.find('\n') == std::string::npos, "one plain line");
    fuzz::require(!config::firstBadByte(shown), "what is shown is UTF-8");
    runtime::LogEntry entry;
    entry.message = text;
    const std::string line = runtime::plainLine(entry);
    fuzz::require(!fuzz::steersTerminal(line), "a line of the log does not steer a terminal");
    fuzz::require(!config::firstBadByte(line), "a line of the log is UTF-8");
    const std::string valid = bus::validUtf8(text);
    fuzz::require(!config::firstBadByte(valid), "what goes to D-Bus is UTF-8");
    fuzz::require(!fuzz::steersTerminal(healerctl::printable(valid)), "healerctl prints nothing that steers");
    return 0;
}
