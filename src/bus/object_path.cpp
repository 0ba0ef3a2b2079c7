// SPDX-License-Identifier: Apache-2.0
#include "bus/object_path.hpp"

#include <systemd/sd-bus.h>

#include <cstdlib>
#include <new>

namespace healer::bus {

std::string processPath(const std::string& name) {
    char* path = nullptr;
    if (sd_bus_path_encode("/org/healer/process", name.c_str(), &path) < 0) {
        throw std::bad_alloc();
    }
    std::string result(path);
    std::free(path);
    return result;
}

} // namespace healer::bus
