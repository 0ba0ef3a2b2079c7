// SPDX-License-Identifier: Apache-2.0
#include "healerctl/explanation.hpp"

#include "healerctl/text.hpp"

#include <optional>
#include <utility>

namespace healer::healerctl {

namespace {

using Line = std::vector<std::string>;

constexpr std::uint64_t kSecond = 1'000'000;

class Adviser {
public:
    Adviser(const Evidence& evidence, std::uint64_t incident)
        : evidence_(evidence), incident_(incident), name_(evidence.process.name),
          state_(evidence.process.state) {}

    std::vector<Advice> advise() {
        reading();
        acting();
        return std::move(advice_);
    }

private:
    /// The command as it is typed on this machine to reach that one.
    void add(Line line, std::string purpose) {
        const bool isHealerctl = line.front() == "healerctl";
        if (!evidence_.host.empty()) {
            const Line prefix =
                isHealerctl ? Line{"healerctl", "-H", evidence_.host} : Line{"ssh", evidence_.host, line[0]};
            line.erase(line.begin());
            line.insert(line.begin(), prefix.begin(), prefix.end());
        } else if (!evidence_.container.empty()) {
            line.insert(line.begin() + 1, {"-M", evidence_.container});
        }
        advice_.push_back({printable(shellText(line)), std::move(purpose)});
    }

    void reading() {
        const std::string& unit = evidence_.process.unit;
        const core::LastExit last = evidence_.process.lastExit.value_or(core::LastExit());
        const std::uint64_t ended = core::usecOf(last.at.wall);
        if (!unit.empty()) {
            Line line{"journalctl", "-u", unit, "-n", "50"};
            if (ended != 0) {
                line.push_back("--until=@" + std::to_string(ended / kSecond + 1));
            }
            add(std::move(line), ended == 0 ? "what it wrote itself" : "what it wrote itself before its end");
        }
        Line story{"journalctl", "-x", "HEALER_PROCESS=" + name_};
        if (incident_ != 0) {
            story.push_back("HEALER_INCIDENT=" + std::to_string(incident_));
        }
        add(std::move(story), "what Healer saw and did, with explanations");
        if (last.exit.reason == core::ExitReason::coreDumped) {
            add({"coredumpctl", "info", std::to_string(last.pid)}, "where it crashed");
        } else if (last.exit.reason == core::ExitReason::oomKilled) {
            add({"journalctl", "-k", "-g", "out of memory"}, "which process took the memory");
        }
        if (!unit.empty() && !unit.starts_with("healer-") && !evidence_.process.isUp()) {
            add({"systemctl", "status", unit}, "how systemd sees it");
        }
    }

    void acting() {
        if (state_ == core::State::disabled) {
            add({"healerctl", "reload"}, "after you have set \"enabled: true\" in the configuration");
        } else if (state_ == core::State::stopped) {
            add({"healerctl", "start", name_}, "start it, and heal it again");
        } else if (state_ == core::State::paused) {
            add({"healerctl", "resume", name_}, "let Healer recover it again");
        } else if (state_ != core::State::running) {
            waiting();
        }
    }

    void waiting() {
        for (const DependencyStatus& dependency : evidence_.process.dependencies) {
            for (const ProcessStatus& process : evidence_.processes) {
                if (state_ == core::State::deferred && process.name == dependency.target &&
                    process.state != core::State::running) {
                    add({"healerctl", "why", process.name}, "why its dependency is not up");
                }
            }
        }
        add({"healerctl", "restart", name_},
            state_ == core::State::tripped    ? "start it now, and close the breaker"
            : state_ == core::State::deferred ? "start it now, without waiting"
                                              : "start it now");
        if (state_ == core::State::tripped || state_ == core::State::backoff) {
            add({"healerctl", "pause", name_}, "no further starts while you look into it");
        }
    }

    const Evidence& evidence_;
    std::uint64_t incident_;
    std::string name_;
    std::optional<core::State> state_;
    std::vector<Advice> advice_;
};

} // namespace

std::vector<Advice> adviceFor(const Evidence& evidence, std::uint64_t incident) {
    return Adviser(evidence, incident).advise();
}

} // namespace healer::healerctl
