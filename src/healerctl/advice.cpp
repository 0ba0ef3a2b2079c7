// SPDX-License-Identifier: Apache-2.0
#include "healerctl/advice.hpp"

#include "healerctl/fields.hpp"
#include "healerctl/reports.hpp"
#include "healerctl/text.hpp"

#include <utility>

namespace healer::healerctl {

namespace {

using nlohmann::json;
using Line = std::vector<std::string>;

constexpr std::uint64_t kSecond = 1'000'000;

class Adviser {
public:
    Adviser(const Evidence& evidence, std::uint64_t incident)
        : evidence_(evidence), incident_(incident), name_(evidence.process.value("Name", "")),
          state_(evidence.process.value("State", "")),
          lastExit_(evidence.process.value("LastExit", json::object())) {}

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
        const std::string unit = evidence_.process.value("Unit", "");
        const std::uint64_t ended = number(lastExit_, "time_usec");
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
        const std::string reason = lastExit_.value("reason", "");
        if (reason == "core-dumped") {
            add({"coredumpctl", "info", words(lastExit_, "pid")}, "where it crashed");
        } else if (reason == "oom-killed") {
            add({"journalctl", "-k", "-g", "out of memory"}, "which process took the memory");
        }
        if (!unit.empty() && !unit.starts_with("healer-") && !isUp(evidence_.process)) {
            add({"systemctl", "status", unit}, "how systemd sees it");
        }
    }

    void acting() {
        if (state_ == "disabled") {
            add({"healerctl", "reload"}, "after you have set \"enabled: true\" in the configuration");
        } else if (state_ == "stopped") {
            add({"healerctl", "start", name_}, "start it, and heal it again");
        } else if (state_ == "paused") {
            add({"healerctl", "resume", name_}, "let Healer recover it again");
        } else if (state_ != "running") {
            waiting();
        }
    }

    void waiting() {
        for (const json& dependency : evidence_.process.value("Dependencies", json::array())) {
            for (const json& process : evidence_.processes) {
                const std::string target = process.value("Name", "");
                if (state_ == "deferred" && target == dependency.value("target", "") &&
                    process.value("State", "") != "running") {
                    add({"healerctl", "why", target}, "why what it waits for is not up");
                }
            }
        }
        add({"healerctl", "restart", name_}, state_ == "tripped"    ? "start it now, and close the breaker"
                                             : state_ == "deferred" ? "start it now, without waiting"
                                                                    : "start it now");
        if (state_ == "tripped" || state_ == "backoff") {
            add({"healerctl", "pause", name_}, "no further starts while you look into it");
        }
    }

    const Evidence& evidence_;
    std::uint64_t incident_;
    std::string name_;
    std::string state_;
    json lastExit_;
    std::vector<Advice> advice_;
};

} // namespace

std::vector<Advice> adviceFor(const Evidence& evidence, std::uint64_t incident) {
    return Adviser(evidence, incident).advise();
}

} // namespace healer::healerctl
