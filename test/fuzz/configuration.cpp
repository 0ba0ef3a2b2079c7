// SPDX-License-Identifier: Apache-2.0
// A configuration in YAML, from its bytes to the plan.
#include "config/describe.hpp"
#include "fuzz/fuzz.hpp"
#include "unit/config/fixture.hpp"

#include <algorithm>
#include <string_view>

namespace {

using namespace healer;

bool isName(const std::string& name) {
    constexpr std::string_view kLetters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.@-";
    return !name.empty() && name.size() <= 64 && name.find_first_not_of(kLetters) == std::string::npos;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const config::FakeFiles files;
    const auto outcome = config::compileText(fuzz::asText(data, size), config::as(config::kRoot, files));
    const auto& errors = outcome.findings.errors;
    fuzz::require(outcome.plan.has_value() || !errors.empty(), "a plan, or why not");
    fuzz::require(!fuzz::steersTerminal(config::format(errors)), "errors are fit for a terminal");
    if (outcome.plan && errors.empty()) {
        fuzz::require(std::ranges::all_of(outcome.plan->processes,
                                          [](const auto& process) { return isName(process->name); }),
                      "names are made of letters that need no escaping");
        fuzz::require(!fuzz::steersTerminal(config::describePlan(*outcome.plan)),
                      "what --check prints is fit for a terminal");
    }
    return 0;
}
