// SPDX-License-Identifier: Apache-2.0
// The sentence and the fields of each notice about Healer itself.
#include "core/event_catalog.hpp"

namespace healer::core {

namespace {

using Field = EventField;

/// "2 added (db web)".
std::string counted(const std::vector<std::string>& names, const char* what) {
    std::string list;
    for (const std::string& name : names) {
        list += (list.empty() ? "" : " ") + name;
    }
    return std::to_string(names.size()) + " " + what + (list.empty() ? "" : " (" + list + ")");
}

std::string_view effectOf(notice::SystemdUse use) {
    switch (use) {
    case notice::SystemdUse::serviceLaunch:
        return "launch: service is not possible, programs are started directly";
    case notice::SystemdUse::units:
        return "Units can be neither watched nor started";
    case notice::SystemdUse::connection:
        break;
    }
    return "The connection to systemd is lost, trying again";
}

struct Renderer {
    RenderedEvent operator()(const notice::Reloaded& reload) const {
        return {EventKind::reloaded, "Configuration reloaded: " + counted(reload.added, "added") + ", " +
                                         counted(reload.changed, "changed") + ", " +
                                         counted(reload.removed, "removed")};
    }

    RenderedEvent operator()(const notice::ReloadFailed& failed) const {
        return {EventKind::reloadFailed,
                "Reload refused, the configuration in use stays: " + failed.reason,
                {{Field::reason, failed.reason}}};
    }

    RenderedEvent operator()(const notice::ConfigurationWarning& warning) const {
        return {EventKind::configurationWarning, warning.text, {{Field::reason, warning.text}}};
    }

    RenderedEvent operator()(const notice::SystemdUnreachable& unreachable) const {
        return {EventKind::systemdUnreachable,
                std::string(effectOf(unreachable.use)) + ": " + unreachable.reason,
                {{Field::reason, unreachable.reason}}};
    }

    RenderedEvent operator()(const notice::LaunchConfined& confined) const {
        return {EventKind::launchConfined,
                "Programs that Healer starts directly are as confined as itself: " + confined.how +
                    ". Use launch: service, or lift it with the drop-in that healer.service shows "
                    "(systemctl cat healer)",
                {{Field::reason, confined.how}}};
    }

    RenderedEvent operator()(const notice::EbpfUnavailable& missing) const {
        return {EventKind::ebpfUnavailable,
                "eBPF is not used: " + missing.reason +
                    ". Exits are seen by pidfd, and new instances by a scan at intervals.",
                {{Field::reason, missing.reason}}};
    }

    RenderedEvent operator()(const notice::KernelEventsLost& lost) const {
        return {EventKind::kernelEventsLost,
                std::to_string(lost.count) + " kernel events were lost; all processes are scanned"};
    }

    RenderedEvent operator()(const notice::BusUnavailable& missing) const {
        return {EventKind::busUnavailable,
                "D-Bus: " + missing.reason + "; healing goes on, trying again",
                {{Field::reason, missing.reason}}};
    }

    RenderedEvent operator()(const notice::StateDamaged& damaged) const {
        return {EventKind::stateDamaged,
                "The state file of process " + damaged.process + " is damaged and was moved to " +
                    damaged.movedTo + "; its breaker and counters are reset: " + damaged.reason,
                {{Field::reason, damaged.reason}, {Field::file, damaged.movedTo}},
                damaged.process};
    }

    RenderedEvent operator()(const notice::StateNotSaved& failed) const {
        return {EventKind::stateNotSaved,
                "Cannot save the state of process " + failed.process + " in " + failed.file + ": " +
                    failed.reason + "; it would be lost at a restart of Healer",
                {{Field::reason, failed.reason}, {Field::file, failed.file}},
                failed.process};
    }

    RenderedEvent operator()(const notice::ProbeImpossible& impossible) const {
        return {EventKind::probeImpossible,
                "The probe " + impossible.probe + " of process " + impossible.process +
                    " says nothing about it: " + impossible.reason,
                {{Field::reason, impossible.reason}},
                impossible.process};
    }

    RenderedEvent operator()(const notice::PidFileDoubted& doubted) const {
        return {EventKind::pidFileDoubted,
                "Process " + doubted.process + " (PID " + std::to_string(doubted.pid) +
                    ") runs and is kept, although its PID file says otherwise: " + doubted.reason,
                {{Field::reason, doubted.reason}, {Field::pid, static_cast<std::uint32_t>(doubted.pid)}},
                doubted.process};
    }
};

} // namespace

RenderedEvent render(const DaemonNotice& notice) {
    return std::visit(Renderer{}, notice);
}

} // namespace healer::core
