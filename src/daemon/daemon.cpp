// SPDX-License-Identifier: Apache-2.0
#include "daemon/daemon.hpp"

#include "config/plan_diff.hpp"
#include "runtime/own_process.hpp"
#include "runtime/patience.hpp"
#include "runtime/service_manager.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <utility>

namespace healer::daemon {

namespace {

/// Long enough for the first starts to be published.
constexpr core::Duration kMemoryReturnDelay = std::chrono::seconds(5);
/// What takes longer is opened while Healer goes on.
constexpr core::Duration kLogFilePatience = std::chrono::milliseconds(10);
/// Between two looks at what was missing at the start: first, and after a while.
constexpr core::Duration kLateQuick = std::chrono::seconds(2);
constexpr core::Duration kLateSlow = std::chrono::seconds(15);
constexpr core::Duration kLateSoon = std::chrono::minutes(2);

/// Splits the stored state between the core and the history; removes that of processes no longer in the plan.
core::SavedStates restore(StateStore& store, const core::Plan& plan, History& history) {
    core::SavedStates snapshots;
    for (auto& [name, state] : store.load()) {
        const bool wanted = std::any_of(plan.processes.begin(), plan.processes.end(),
                                        [&name = name](const auto& entry) { return entry->name == name; });
        if (!wanted) {
            store.remove(name);
            continue;
        }
        for (auto& line : state.history) {
            history.add(name, std::move(line));
        }
        snapshots.emplace(name, std::move(state.snapshot));
    }
    return snapshots;
}

} // namespace

Daemon::Daemon(runtime::Loop& loop, runtime::LogHub& log, Settings settings, StartupReport report)
    : loop_(loop), log_(log), report_(std::move(report)), configPath_(std::move(settings.configPath)),
      pidFile_(std::move(settings.pidFile)), withoutBus_(settings.bus.kind == bus::BusMode::Kind::none),
      directory_(std::move(settings.directory)), store_(directory_.path(), log_),
      coordinator_(settings.config.plan, restore(store_, settings.config.plan, history_)),
      launchers_({.loop = loop_,
                  .log = log_,
                  .report = [this](core::Event event) { engine_.post(std::move(event)); },
                  .limits = settings.limits}),
      hosts_({.loop = loop_, .log = log_, .limits = settings.limits}),
      backend_({coordinator_, hosts_, history_, configPath_, [this] { return reload(); }}),
      bus_(loop_, log_, backend_,
           {.mode = settings.bus,
            .log = {.level = [this] { return log_.level(); },
                    .setLevel = [this](core::LogLevel level) { log_.setLevel(level); },
                    .setTarget = [this](const std::string& target) { return changeLogTarget(target); },
                    .target = settings.logTarget == LogTarget::journal ? "journal" : "console"},
            .polkit = settings.bus.kind == bus::BusMode::Kind::system ? std::optional(bus::PolkitLimits{})
                                                                      : std::nullopt,
            .onNameAcquired = [this] { becomeReady(); },
            .onUnavailable = [this](const std::string&) { becomeReady(); }}),
      publisher_({loop_, log_, coordinator_, bus_, history_, store_}),
      engine_({loop_, coordinator_, hosts_, launchers_, publisher_, log_}),
      late_(std::move(settings.config.late)), lateSince_(loop_.now()) {
    reportWarnings(settings.config.warnings);
}

int Daemon::run() {
    begin();
    const int code = loop_.run();
    end();
    return code;
}

void Daemon::begin() {
    std::signal(SIGPIPE, SIG_IGN);
    signals_.push_back(loop_.addSignal(SIGTERM, [this] { stop(SIGTERM); }));
    signals_.push_back(loop_.addSignal(SIGINT, [this] { stop(SIGINT); }));
    signals_.push_back(loop_.addSignal(SIGHUP, [this] { (void)reload().ok(); }));
    signals_.push_back(loop_.addSignal(SIGUSR1, [this] { log_.reopenFile(); }));
    if (runtime::getsOrphans()) {
        orphans_.emplace(loop_);
    }
    loop_.feedWatchdog();
    backend_.connect(engine_);
    prepareFor(coordinator_.plan());
    engine_.begin();
    scheduleLateEntries();
    bus_.start();
    if (withoutBus_) {
        becomeReady();
    }
}

void Daemon::end() {
    publisher_.flush();
}

/// Called when every monitor runs, and the bus name is owned or cannot be acquired at the moment.
void Daemon::becomeReady() {
    if (std::exchange(ready_, true)) {
        return;
    }
    const std::size_t count = coordinator_.plan().processes.size();
    log_.info("Healer " HEALER_VERSION " watches " + std::to_string(count) +
              (count == 1 ? " process of " : " processes of ") + configPath_);
    runtime::service_manager::ready(publisher_.statusText());
    report_.ready();
    scheduleMemoryReturn();
}

/// Reading a configuration uses memory and program text that nothing else needs.
void Daemon::scheduleMemoryReturn() {
    memoryReturn_ = loop_.addTimer(loop_.now() + kMemoryReturnDelay, runtime::returnIdleMemory);
}

void Daemon::stop(int signal) {
    log_.info("Healer ends by " + core::signalName(signal) + "; the processes it manages go on running");
    runtime::service_manager::stopping();
    loop_.exit(EXIT_SUCCESS);
}

core::Result<core::notice::Reloaded> Daemon::reload() {
    runtime::service_manager::reloading();
    scheduleMemoryReturn();
    const auto schemas = monitorSchemas();
    auto outcome = config::load({configPath_, schemas});
    if (const auto* errors = std::get_if<std::vector<config::Diagnostic>>(&outcome)) {
        return refuse(config::format(*errors));
    }
    auto& loaded = std::get<config::LoadedConfig>(outcome);
    reportWarnings(loaded.warnings);
    const core::Plan& before = coordinator_.plan();
    const config::PlanDiff diff = config::diff(before, coordinator_.completed(loaded.plan));
    applySettings(before, loaded.plan);
    late_.clear(); // with something missing the reload would have been refused
    lateTimer_.reset();
    engine_.reload(std::move(loaded.plan));
    for (const auto& name : diff.removed) {
        publisher_.removed(name);
    }
    bus_.processesChanged(diff.added, diff.removed);
    for (const auto& name : diff.changed) {
        publisher_.changed(name);
    }
    backend_.setLastReloadError({});
    const core::notice::Reloaded result{diff.added, diff.changed, diff.removed};
    log_.report(result);
    bus_.announce(result);
    bus_.managerChanged();
    runtime::service_manager::ready(publisher_.statusText());
    return result;
}

void Daemon::scheduleLateEntries() {
    if (late_.empty()) {
        return;
    }
    // Mounts and name services are soon there after the boot, or else it may take long.
    const bool soon = loop_.now() < lateSince_ + kLateSoon;
    lateTimer_ = loop_.addTimer(loop_.now() + (soon ? kLateQuick : kLateSlow), [this] { tryLateEntries(); });
}

void Daemon::tryLateEntries() {
    const auto schemas = monitorSchemas();
    const auto environment = config::systemEnvironment();
    core::Plan plan = coordinator_.plan();
    std::vector<std::string> changed;
    for (const auto& entry : late_) {
        const auto present =
            std::ranges::find(plan.processes, entry.name, [](const auto& process) { return process->name; });
        core::ProcessPlan now = config::compileAgain(entry, schemas, environment);
        if (present == plan.processes.end() || now.unavailable == (*present)->unavailable) {
            continue;
        }
        if (now.unavailable.empty()) {
            log_.info("Nothing is missing for process " + entry.name + ": it is watched");
        }
        *present = core::Shared<core::ProcessPlan>(std::move(now));
        changed.push_back(entry.name);
    }
    if (!changed.empty()) {
        plan = coordinator_.completed(std::move(plan));
        prepareFor(plan);
        engine_.reload(std::move(plan));
        for (const auto& name : changed) {
            publisher_.changed(name);
        }
        std::erase_if(late_, [&](const auto& entry) {
            const auto* process = coordinator_.processPlan(entry.name);
            return process == nullptr || process->unavailable.empty();
        });
    }
    scheduleLateEntries();
}

/// For LogControl1.
bool Daemon::changeLogTarget(const std::string& target) {
    if (target == "journal") {
        return setLogTarget(log_, LogTarget::journal);
    }
    return target == "console" && setLogTarget(log_, LogTarget::console);
}

core::Result<core::notice::Reloaded> Daemon::refuse(std::string why) {
    log_.report(core::notice::ReloadFailed{why});
    backend_.setLastReloadError(why);
    bus_.managerChanged();
    runtime::service_manager::ready(publisher_.statusText());
    return core::Error{std::move(why), core::ErrorKind::invalidConfig};
}

/// What this plan needs: systemd, and space for the records of all its processes.
void Daemon::prepareFor(const core::Plan& plan) {
    hosts_.prepareFor(plan.processes.size());
    coordinator_.setFacilities(launchers_.prepare(plan));
    hosts_.useSystemd(launchers_.manager());
}

/// Applies the top-level settings that the core does not handle.
void Daemon::applySettings(const core::Plan& from, const core::Plan& to) {
    if (from.logLevel != to.logLevel && !runtime::logLevelFromEnvironment()) {
        log_.setLevel(to.logLevel);
    }
    if (from.logDirectory != to.logDirectory) {
        setLogFile(log_, to.logDirectory, kLogFilePatience);
    } else {
        log_.reopenFile();
    }
    prepareFor(to);
    if (from.pidFileDirectory != to.pidFileDirectory) {
        pidFile_.reset();
        if (to.pidFileDirectory) {
            auto file = runtime::readPatiently(
                [directory = *to.pidFileDirectory] { return PidFile::create(directory); });
            if (!file) {
                log_.warn("no healer.pid: the file system of " + *to.pidFileDirectory + " does not answer");
            } else if (file->ok()) {
                pidFile_ = std::move(**file);
            } else {
                log_.warn(file->error().message);
            }
        }
    }
}

void Daemon::reportWarnings(const std::vector<config::Diagnostic>& warnings) {
    for (const auto& warning : warnings) {
        log_.report(core::notice::ConfigurationWarning{config::format(warning)});
    }
}

} // namespace healer::daemon
