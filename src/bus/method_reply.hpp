// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sdbus-c++/sdbus-c++.h>
#include <systemd/sd-bus.h>

#include <cstdint>
#include <memory>

namespace healer::bus {

/// The answer to a method call that sd-bus has delivered: what sdbus::Result is for those of sdbus-c++.
class MethodReply {
public:
    explicit MethodReply(sd_bus_message* call) : call_(sd_bus_message_ref(call)) {}

    // What cannot be sent is dropped: the connection finds out by itself that it is lost.
    void returnResults() const { (void)sd_bus_reply_method_return(call_.get(), ""); }
    void returnResults(std::uint32_t pid) const { (void)sd_bus_reply_method_return(call_.get(), "u", pid); }
    void returnError(const sdbus::Error& error) const {
        const sd_bus_error text =
            SD_BUS_ERROR_MAKE_CONST(error.getName().c_str(), error.getMessage().c_str());
        (void)sd_bus_reply_method_error(call_.get(), &text);
    }

private:
    struct Unref {
        void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
    };
    std::unique_ptr<sd_bus_message, Unref> call_;
};

} // namespace healer::bus
