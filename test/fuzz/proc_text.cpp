// SPDX-License-Identifier: Apache-2.0
// Texts of /proc, which hold names that any user may give, and the first line of a script.
#include "core/identity.hpp"
#include "core/unit_name.hpp"
#include "fuzz/fuzz.hpp"
#include "healerctl/socket_table.hpp"
#include "runtime/proc_entry.hpp"
#include "runtime/proc_origin.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace healer;
    const std::string text = fuzz::asText(data, size);
    if (const auto stat = runtime::parseStat(42, text)) {
        fuzz::require(stat->key.pid == 42, "the PID is the one that was asked for");
    }
    fuzz::require(core::systemUnitOf(text, "").find('/') == std::string::npos, "a unit is one name");
    fuzz::require(core::systemUnitOf(text, "/machine").find('/') == std::string::npos, "a unit is one name");
    if (const auto script = core::parseScriptLine(text)) {
        fuzz::require(script->interpreter.starts_with('/'), "an interpreter is a path");
        fuzz::require(script->program.find('/') == std::string::npos, "a program is a name");
        for (const auto& word : script->words) {
            fuzz::require(!word.empty() && word.find('/') == std::string::npos, "a word is a name");
        }
    }
    (void)runtime::executedAsAddress(text);
    for (const auto& socket : healerctl::parseTcpTable(text)) {
        fuzz::require(!healerctl::toText(socket.local).empty(), "an address has a text");
    }
    (void)healerctl::parseUnixTable(text);
    return 0;
}
