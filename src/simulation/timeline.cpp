// SPDX-License-Identifier: Apache-2.0
#include "simulation/timeline.hpp"

#include "core/event_catalog.hpp"
#include "simulation/seconds_text.hpp"

#include <set>
#include <utility>

namespace healer::simulation {

namespace {

namespace notice = core::notice;

std::string stateText(const core::ProcessView& view) {
    return "is " + std::string(toString(view.state)) +
           (view.stateReason.empty() || view.stateReason == toString(view.state) ? ""
                                                                                 : ": " + view.stateReason);
}

/// Whether this state is shown by its view alone, every time that its reason changes.
bool speaksForItself(core::State state) {
    return state == core::State::deferred || state == core::State::backoff || state == core::State::paused ||
           state == core::State::stopped || state == core::State::disabled;
}

/// The end of this state is always announced by a notice.
bool isPassing(core::State state) {
    return state == core::State::starting || state == core::State::recovering;
}

bool isUp(const core::ProcessView& view) {
    return view.instance && (view.state == core::State::running || view.state == core::State::paused);
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
    core::RenderedEvent event = core::render(announce.name, announce.notice);
    if (const auto* changed = std::get_if<notice::BreakerChanged>(&announce.notice)) {
        shown_[announce.name].breakerOpened += changed->to == core::BreakerState::open ? 1 : 0;
        if (changed->retryAt) {
            event.sentence += "; next trial at " + secondsText(changed->retryAt->at - beginning_);
        }
    }
    const auto* blocked = std::get_if<notice::Blocked>(&announce.notice);
    const bool saidByState = blocked != nullptr && view != nullptr && speaksForItself(view->state) &&
                             blocked->reason == view->stateReason;
    if (!saidByState) {
        note(now, announce.name, std::string(core::infoOf(event.kind).name), std::move(event.sentence));
    }
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
