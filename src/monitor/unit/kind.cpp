// SPDX-License-Identifier: Apache-2.0
#include "monitor/unit/kind.hpp"

#include "monitor/unit/unit_host.hpp"

#include <array>

namespace healer::monitor::unit {

const Kind& kind() {
    static constexpr std::array kArgs{
        config::ArgSpec{.name = "unit",
                        .type = config::ArgType::text,
                        .help = "The unit of the process; may be left out."},
    };
    static const Kind kKind{
        .schema = {.type = "unit", .args = kArgs},
        .makeHost = [](const HostContext& context) -> std::unique_ptr<Host> {
            return std::make_unique<UnitHost>(context);
        },
    };
    return kKind;
}

} // namespace healer::monitor::unit
