// SPDX-License-Identifier: Apache-2.0
#include "machine/healer.hpp"

#include "config/loader.hpp"
#include "daemon/monitor_hosts.hpp"
#include "machine/machine.hpp"

#include <cstdlib>
#include <stdexcept>
#include <utility>
#include <vector>

namespace healer::machine {

namespace {

class TimelineSink final : public runtime::LogSink {
public:
    explicit TimelineSink(Machine& machine) : machine_(machine) {}
    void write(const runtime::LogEntry& entry) override { machine_.note("  log: " + entry.message); }

private:
    Machine& machine_;
};

} // namespace

Healer::Healer(Machine& machine, std::string folder) : machine_(machine), folder_(std::move(folder)) {
    ::setenv("RUNTIME_DIRECTORY", folder_.c_str(), 1);
}

Healer::~Healer() {
    kill();
}

void Healer::start() {
    if (daemon_) {
        return;
    }
    const std::string path = folder_ + "/config.yaml";
    const auto schemas = daemon::monitorSchemas();
    auto outcome = config::load({path, schemas, config::Purpose::start});
    if (const auto* errors = std::get_if<std::vector<config::Diagnostic>>(&outcome)) {
        throw std::runtime_error("the configuration is not valid: " + config::format(*errors));
    }
    auto directory = daemon::RuntimeDirectory::open(path);
    if (!directory) {
        throw std::runtime_error(directory.error().message);
    }
    machine_.note("systemctl start healer");
    machine_.setDaemonLives(true);
    auto& loaded = std::get<config::LoadedConfig>(outcome);
    log_ =
        std::make_unique<runtime::LogHub>(runtime::logLevelFromEnvironment().value_or(loaded.plan.logLevel));
    log_->setMain(std::make_unique<TimelineSink>(machine_));
    daemon::Daemon::Settings settings{.configPath = path,
                                      .config = std::move(loaded),
                                      .bus = {bus::BusMode::Kind::none, {}},
                                      .pidFile = {},
                                      .directory = std::move(*directory),
                                      .limits = {}};
    daemon_ = std::make_unique<daemon::Daemon>(machine_.loop(), *log_, std::move(settings),
                                               daemon::StartupReport());
    daemon_->begin();
}

void Healer::stop() {
    if (daemon_ && machine_.daemonLives()) {
        machine_.note("systemctl stop healer");
        daemon_->end();
        daemon_.reset();
    }
    bury();
}

void Healer::kill() {
    if (daemon_ && machine_.daemonLives()) {
        machine_.note("HEALER is killed");
    }
    machine_.setDaemonLives(false);
    bury();
}

void Healer::bury() {
    if (daemon_ && machine_.daemonLives()) {
        return;
    }
    daemon_.reset();
    log_.reset();
    machine_.setDaemonLives(false);
    machine_.kernel().orphan(kHealer);
}

} // namespace healer::machine
