// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/event.hpp"
#include "core/lifecycle.hpp"

/// What follows from each event of a process, one function an event: a new alternative of core::Event without
/// a reaction does not compile. Events about another instance than the one in question, repeats and late
/// answers change nothing. Not called while disabled, requests apart.
namespace healer::core {

// react_monitors.cpp: what monitors of instances see
void react(const event::Up& up, Lifecycle& life, ActionSink& out);
void react(const event::Absent& absent, Lifecycle& life, ActionSink& out);
void react(const event::Down& down, Lifecycle& life, ActionSink& out);
void react(const event::UnitAtRest& rest, Lifecycle& life, ActionSink& out);

// react_probes.cpp
void react(const event::Healthy& healthy, Lifecycle& life, ActionSink& out);
void react(const event::Unhealthy& unhealthy, Lifecycle& life, ActionSink& out);
void react(const event::Inconclusive& inconclusive, Lifecycle& life, ActionSink& out);
/// The failure stands: nothing explains it but the process itself.
void actOnFailure(const event::Unhealthy& unhealthy, Lifecycle& life, ActionSink& out);

// react_launches.cpp: answers to orders, and what the service manager does
void react(const event::LaunchFinished& finished, Lifecycle& life, ActionSink& out);
void react(const event::StopFailed& failed, Lifecycle& life, ActionSink& out);
void react(const event::StartedOnPurpose& started, Lifecycle& life, ActionSink& out);
void react(const event::StopUnderWay& stop, Lifecycle& life, ActionSink& out);
void react(const event::StoppedOnPurpose& stopped, Lifecycle& life, ActionSink& out);
void react(const event::JobUnderWay& job, Lifecycle& life, ActionSink& out);
void react(const event::UnitSettings& settings, Lifecycle& life, ActionSink& out);

// react_requests.cpp: an operator always wins; the last request counts
void react(const event::Request& request, Lifecycle& life, ActionSink& out);

} // namespace healer::core
