// SPDX-License-Identifier: Apache-2.0
#include "monitor/kinds.hpp"

#include "monitor/ebpf/ebpf_host.hpp"

#include <array>

namespace healer::monitor::ebpf {

/// Exit records from the kernel, with the reason of the exit.
const Kind& kind() {
    static constexpr std::array kKeys{
        config::KeySpec{.name = "interval_secs",
                        .type = config::KeyType::seconds,
                        .help = "Time between the scans for an instance while none is known.",
                        .since = "0.1",
                        .byDefault = "30",
                        .range = {.minimum = 1}},
    };
    static const Kind kKind{
        .schema = {.type = "ebpf", .keys = kKeys, .addedToProbes = true},
        .makeHost = [](const HostContext& context) -> std::unique_ptr<Host> {
            return std::make_unique<EbpfHost>(context, [&log = context.log](std::size_t processes) {
                return KernelProbe::load(log, processes);
            });
        },
    };
    return kKind;
}

} // namespace healer::monitor::ebpf
