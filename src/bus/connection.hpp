// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/bus_mode.hpp"
#include "core/result.hpp"
#include "runtime/loop.hpp"

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

struct sd_bus;

namespace sdbus {
class IConnection;
class IProxy;
} // namespace sdbus

namespace healer::bus {

/// A connection to the bus, driven by the loop. Destroy it after the objects and answers that use it.
class Connection {
public:
    /// Connects; waits for the bus's greeting, so open it when a BusProbe has been answered. `onLost` is
    /// called once, from the loop, when the connection has broken; it may destroy the Connection.
    [[nodiscard]] static core::Result<std::unique_ptr<Connection>>
    open(runtime::Loop& loop, const BusMode& mode, std::function<void(std::string why)> onLost);

    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    [[nodiscard]] sdbus::IConnection& raw() { return *connection_; }
    /// The same connection for what only sd-bus can do; from the loop only.
    [[nodiscard]] sd_bus* sdBus();

    /// Asks for a name, without queueing for it: true when it is ours now, false when another program owns
    /// it.
    void requestName(const std::string& name, const std::function<void(core::Result<bool>)>& callback);
    /// Asks the bus which user the owner of this unique name is.
    void uidOf(const std::string& uniqueName, const std::function<void(core::Result<uid_t>)>& callback);

private:
    class Attachment;
    Connection(runtime::Loop& loop, std::unique_ptr<sdbus::IConnection> connection);

    /// The reply handler that hands the converted answer to `callback`; what escapes from it leaves through
    /// the loop, as nothing may leave through the bus library.
    template <typename Value, typename Convert>
    [[nodiscard]] auto relay(std::function<void(core::Result<Value>)> callback, Convert convert);

    runtime::Loop& loop_;
    runtime::Source failure_;
    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<sdbus::IProxy> driver_;
    std::unique_ptr<Attachment> attachment_;
};

} // namespace healer::bus
