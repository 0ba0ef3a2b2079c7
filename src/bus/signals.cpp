// SPDX-License-Identifier: Apache-2.0
#include "bus/signals.hpp"

#include "bus/manager_object.hpp"
#include "bus/process_properties.hpp"
#include "bus/text.hpp"

namespace healer::bus {

void emitSignal(ManagerObject& manager, const SignalHead& head, const core::notice::ProcessDown& down) {
    Dictionary details =
        toDictionary(knownFields({.exit = down.exit, .pid = down.pid, .at = {}, .runtime = {}}));
    if (head.incident != 0) {
        details.emplace("incident", sdbus::Variant(head.incident));
    }
    manager.emitProcessDown(head.seq, validUtf8(head.process), static_cast<std::uint32_t>(down.pid),
                            validUtf8(down.reason), details);
}

void emitSignal(ManagerObject& manager, const SignalHead& head,
                const core::notice::Disconnected& disconnected) {
    manager.emitProcessDisconnected(head.seq, validUtf8(head.process), validUtf8(disconnected.url),
                                    validUtf8(disconnected.reason));
}

void emitSignal(ManagerObject& manager, const SignalHead& head,
                const core::notice::RecoveryStarted& started) {
    manager.emitRecoveryStarted(head.seq, validUtf8(head.process), std::uint32_t{started.attempt});
}

void emitSignal(ManagerObject& manager, const SignalHead& head,
                const core::notice::RecoveryFinished& finished) {
    manager.emitRecoveryFinished(head.seq, validUtf8(head.process), finished.ok,
                                 static_cast<std::uint32_t>(finished.pid), validUtf8(finished.error),
                                 static_cast<std::uint64_t>(finished.took.count()));
}

void emitSignal(ManagerObject& manager, const SignalHead& head, const core::notice::BreakerChanged& changed) {
    manager.emitBreakerChanged(head.seq, validUtf8(head.process), std::string(toString(changed.from)),
                               std::string(toString(changed.to)));
}

void emitSignal(ManagerObject& manager, const SignalHead& head, const core::notice::Reloaded& reloaded) {
    manager.emitReloaded(head.seq, validUtf8(reloaded.added), validUtf8(reloaded.changed),
                         validUtf8(reloaded.removed));
}

} // namespace healer::bus
