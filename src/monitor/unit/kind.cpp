// SPDX-License-Identifier: Apache-2.0
#include "monitor/kinds.hpp"

#include "monitor/unit/unit_host.hpp"

#include <array>

namespace healer::monitor::unit {

const Kind& kind() {
    static constexpr std::array kKeys{
        config::KeySpec{.name = "unit",
                        .type = config::KeyType::unitName,
                        .help = "The unit of the process; may be omitted.",
                        .since = "0.1"},
    };
    static const Kind kKind{
        .schema = {.type = "unit", .keys = kKeys, .unitKey = "unit"},
        .makeHost = [](const HostContext& context) -> std::unique_ptr<Host> {
            return std::make_unique<UnitHost>(context);
        },
    };
    return kKind;
}

} // namespace healer::monitor::unit
