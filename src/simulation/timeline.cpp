// SPDX-License-Identifier: Apache-2.0
#include "simulation/timeline.hpp"

#include "core/duration_text.hpp"
#include "simulation/seconds_text.hpp"

#include <set>
#include <type_traits>
#include <utility>

namespace healer::simulation {

namespace {

namespace notice = core::notice;

struct Wording {
    std::string event;
    std::string text;
};

Wording word(const notice::ProcessDown& down) {
    return {"process-down", "is down: " + down.reason};
}

Wording word(const notice::Disconnected& disconnected) {
    return {"process-disconnected", "does not answer " + disconnected.url + ": " + disconnected.reason};
}

Wording word(const notice::RecoveryStarted& started) {
    switch (started.cause) {
    case notice::Cause::initial:
        return {"recovery-started", "starts, as it is not running"};
    case notice::Cause::failure:
        return {"recovery-started", "starts (attempt " + std::to_string(started.attempt) + ")"};
    case notice::Cause::trial:
        return {"recovery-started", "starts (trial after the cooldown)"};
    case notice::Cause::request:
        return {"recovery-started", "starts (by request)"};
    case notice::Cause::dependency:
        return {"recovery-started", "starts, as what it depends on was restarted"};
    }
    return {"recovery-started", "starts"};
}

Wording word(const notice::RecoveryFinished& finished) {
    return {"recovery-finished", finished.ok ? "is running (PID " + std::to_string(finished.pid) +
                                                   "), after " + core::durationText(finished.took)
                                             : "could not be started: " + finished.error};
}

Wording word(const notice::BreakerChanged& changed) {
    switch (changed.to) {
    case core::BreakerState::open:
        return {"breaker-changed", "circuit breaker opens: " + changed.reason};
    case core::BreakerState::halfOpen:
        return {"breaker-changed", "circuit breaker is half-open: " + changed.reason};
    case core::BreakerState::closed:
        break;
    }
    return {"breaker-changed", "circuit breaker closes: " + changed.reason};
}

Wording word(const notice::Adopted& adopted) {
    return {"adopted", "is found running (PID " + std::to_string(adopted.pid) + ")"};
}

Wording word(const notice::Remark& remark) {
    return {"remark", remark.text};
}

template <typename Notice>
concept Worded = requires(const Notice& what) {
    word(what);
};

std::string stateText(const core::ProcessView& view) {
    return "is " + std::string(toString(view.state)) +
           (view.stateReason.empty() || view.stateReason == toString(view.state) ? ""
                                                                                 : ": " + view.stateReason);
}

/// Whether this state is told by its view alone, every time that its reason changes.
bool speaksForItself(core::State state) {
    return state == core::State::deferred || state == core::State::backoff || state == core::State::paused ||
           state == core::State::stopped || state == core::State::disabled;
}

/// The end of this state is always told by a notice.
bool isPassing(core::State state) {
    return state == core::State::starting || state == core::State::recovering;
}

bool isUp(const core::ProcessView& view) {
    return view.key && (view.state == core::State::running || view.state == core::State::paused);
}

} // namespace

void Timeline::take(core::TimePoint now, const core::Actions& actions, const core::Coordinator& core) {
    std::set<std::string_view> announced;
    for (const auto& action : actions) {
        if (const auto* what = std::get_if<core::action::Announce>(&action)) {
            announce(now, *what, core.view(what->name));
            announced.insert(what->name);
        }
    }
    for (const auto& action : actions) {
        if (const auto* what = std::get_if<core::action::Changed>(&action)) {
            if (const core::ProcessView* view = core.view(what->name)) {
                changed(now, *view, announced.contains(what->name));
            }
        }
    }
}

void Timeline::note(core::TimePoint now, const std::string& process, std::string event, std::string text) {
    entries_.push_back({now - beginning_, process, std::move(event), std::move(text)});
}

void Timeline::announce(core::TimePoint now, const core::action::Announce& announce,
                        const core::ProcessView* view) {
    std::visit(
        [&](const auto& what) {
            using What = std::decay_t<decltype(what)>;
            if constexpr (Worded<What>) {
                Wording wording = word(what);
                if constexpr (std::is_same_v<What, notice::BreakerChanged>) {
                    if (what.to == core::BreakerState::open) {
                        ++shown_[announce.name].breakerOpened;
                    }
                    if (what.retryAt) {
                        wording.text += "; next trial at " + secondsText(*what.retryAt - beginning_);
                    }
                }
                if (const std::string subject = announce.name + " "; wording.text.starts_with(subject)) {
                    wording.text.erase(0, subject.size());
                }
                const bool saidByState =
                    view != nullptr && speaksForItself(view->state) && wording.text == view->stateReason;
                if (!saidByState) {
                    note(now, announce.name, std::move(wording.event), std::move(wording.text));
                }
            } else if (view != nullptr) {
                note(now, announce.name, "notice", stateText(*view));
            }
        },
        announce.notice);
}

void Timeline::changed(core::TimePoint now, const core::ProcessView& view, bool announced) {
    const bool isNew = !shown_.contains(view.name);
    Shown& shown = shown_[view.name];
    if (isNew) {
        shown.upChangedAt = beginning_;
    }
    const bool otherState = shown.state != view.state;
    const bool otherReason = otherState || shown.reason != view.stateReason;
    if (speaksForItself(view.state) ? otherReason : otherState && !announced && !isPassing(view.state)) {
        note(now, view.name, "state", stateText(view));
    }
    if (shown.degraded != view.degraded) {
        note(now, view.name, "degraded", view.degraded ? "is degraded" : "is no longer degraded");
    }
    if (shown.up != isUp(view)) {
        shown.notUp += shown.up ? core::Duration::zero() : now - shown.upChangedAt;
        shown.upChangedAt = now;
    }
    shown.up = isUp(view);
    shown.state = view.state;
    shown.reason = view.stateReason;
    shown.degraded = view.degraded;
}

std::vector<TimelineSummary> Timeline::summary(core::TimePoint now, const core::Coordinator& core) const {
    std::vector<TimelineSummary> result;
    for (const auto& process : core.plan().processes) {
        const core::ProcessView* view = core.view(process->name);
        const auto found = shown_.find(process->name);
        if (view == nullptr || found == shown_.end()) {
            continue;
        }
        const Shown& shown = found->second;
        const auto rest = shown.up ? core::Duration::zero() : now - shown.upChangedAt;
        result.push_back(
            {process->name, view->state, view->restartCount, shown.notUp + rest, shown.breakerOpened});
    }
    return result;
}

} // namespace healer::simulation
