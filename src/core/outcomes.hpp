// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/lifecycle.hpp"

#include <string>

/// How a start and the end of an instance turn out: what several reactions have in common.
namespace healer::core {

/// A start is complete when the instance is known, as far as the monitors identify it, and all probes pass.
/// Only while launching.
void confirmStart(Lifecycle& life, ActionSink& out);
/// The process that was started has ended, and has left a daemon behind, as far as is known: what the
/// monitors find is the instance. Only while launching.
void putIntoBackground(Lifecycle& life, const Instance& started, ActionSink& out);
/// The start has succeeded. Only while launching.
void completeStart(Lifecycle& life, const Instance& instance, ActionSink& out);
/// The time for the start is over. True: what was started runs, and only probes hold it up that say nothing
/// or have never passed, so the start is complete. (react_probes.cpp)
[[nodiscard]] bool completesUnproven(Lifecycle& life, ActionSink& out);
/// Why a start has failed whose program ended before it was up.
[[nodiscard]] Error endedWhileStarting(const Lifecycle& life, const Exit& exit);
/// The start has failed: decides what now. Only while launching, or stopping what did not come up. What was
/// impeded was no start for the breaker.
void failStart(Lifecycle& life, const Error& error, ActionSink& out);

/// The end of an instance becomes known: for the record, and as an incident where it is a failure.
void noteEnd(Lifecycle& life, const Instance& instance, const Exit& exit, ActionSink& out);
/// A failure is reported as a new incident.
void beginIncident(Lifecycle& life, pid_t pid, const Exit& exit, ActionSink& out);
/// The instance ended in a way in which a program also ends that hands over to another process (a daemon that
/// puts itself into the background, an upgrade on the fly): that is looked for before the end counts.
void lookForHeir(Lifecycle& life, const Instance& instance, const Exit& exit, ActionSink& out);
/// There is no heir: the end counts. False: none was looked for.
bool noteEndWithoutHeir(Lifecycle& life, ActionSink& out);
/// What follows once the instance that was up, or was being stopped, has ended. It may still be releasing
/// ports and files.
void followEnd(Lifecycle& life, ActionSink& out);

/// What an earlier Healer was ending is ended, on request or to be started again. False: that was not so, and
/// it is the instance. Only while looking.
[[nodiscard]] bool resumeStop(Lifecycle& life, const Instance& instance, ActionSink& out);

/// An operator wants it to run, by whatever way: the last request counts, in any state of the breaker.
void wantStarted(Lifecycle& life, ActionSink& out);

} // namespace healer::core
