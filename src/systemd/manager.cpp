// SPDX-License-Identifier: Apache-2.0
#include "systemd/manager.hpp"

#include <systemd/sd-bus-protocol.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace healer::systemd {

bool isNoAnswer(const Failure& failure) {
    static constexpr std::array<std::string_view, 5> kNames{
        SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_TIMEOUT, SD_BUS_ERROR_NO_MEMORY, SD_BUS_ERROR_LIMITS_EXCEEDED,
        SD_BUS_ERROR_DISCONNECTED};
    return std::find(kNames.begin(), kNames.end(), failure.name) != kNames.end();
}

} // namespace healer::systemd
