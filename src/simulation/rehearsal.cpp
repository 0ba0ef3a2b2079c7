// SPDX-License-Identifier: Apache-2.0
#include "simulation/rehearsal.hpp"

#include "core/duration_text.hpp"

#include <utility>

namespace healer::simulation {

namespace {

using core::event::Verb;

std::string verbText(Verb verb) {
    switch (verb) {
    case Verb::start:
        return "an operator requests a start";
    case Verb::stop:
        return "an operator requests a stop";
    case Verb::restart:
        return "an operator requests a restart";
    case Verb::pause:
        return "an operator pauses it";
    case Verb::resume:
        return "an operator resumes it";
    case Verb::resetBreaker:
        return "an operator resets its breaker";
    }
    return "an operator requests something";
}

std::string lasting(const std::optional<core::Duration>& lasts) {
    return lasts ? " for " + core::durationText(*lasts) : std::string();
}

} // namespace

Rehearsal::Rehearsal(const core::Plan& plan, Scenario scenario)
    : scenario_(std::move(scenario)), world_(plan, scenario_.habits,
                                             [this](core::TimePoint now, const core::Actions& actions) {
                                                 timeline_.take(now, actions, world_.core());
                                                 noteReplies(now, actions);
                                             }),
      timeline_(world_.now()) {}

void Rehearsal::run() {
    const core::TimePoint beginning = world_.now();
    world_.begin();
    for (const ScenarioEvent& event : scenario_.events) {
        world_.pass(beginning + event.at - world_.now());
        happen(event);
    }
    world_.pass(beginning + scenario_.length - world_.now());
}

std::vector<TimelineSummary> Rehearsal::summary() const {
    return timeline_.summary(world_.now(), world_.core());
}

void Rehearsal::happen(const ScenarioEvent& event) {
    const std::string& name = event.process;
    if (const auto* ending = std::get_if<Ending>(&event.what)) {
        if (!world_.end(name, ending->exit)) {
            note(name, "would be " + describe(ending->exit) + " now, but is not running");
        }
    } else if (const auto* hang = std::get_if<Hang>(&event.what)) {
        const bool probed = world_.isProbed(name);
        note(name, !world_.hang(name, *hang)
                       ? "would hang now, but is not running"
                       : "hangs" + lasting(hang->lasts) +
                             (probed ? "" : ", which nothing notices: it has no probe"));
    } else if (const auto* failing = std::get_if<FailingStarts>(&event.what)) {
        world_.failStarts(name, *failing);
        note(name, "cannot be started" + lasting(failing->lasts) + " from now on");
    } else {
        const Verb verb = std::get<Verb>(event.what);
        note(name, verbText(verb));
        requested_.push_back(name);
        world_.request(verb, name, requested_.size() - 1);
    }
}

void Rehearsal::note(const std::string& process, std::string text) {
    timeline_.note(world_.now(), process, "scenario", "* " + std::move(text));
}

void Rehearsal::noteReplies(core::TimePoint now, const core::Actions& actions) {
    for (const auto& action : actions) {
        const auto* reply = std::get_if<core::action::Reply>(&action);
        if (reply != nullptr && !reply->outcome.ok()) {
            timeline_.note(now, requested_.at(reply->id), "refused",
                           "the request is refused: " + reply->outcome.error().message);
        }
    }
}

} // namespace healer::simulation
