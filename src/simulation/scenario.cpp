// SPDX-License-Identifier: Apache-2.0
#include "simulation/scenario.hpp"

#include "config/key.hpp"
#include "config/nearest.hpp"
#include "config/section.hpp"
#include "config/yaml_reader.hpp"

#include <algorithm>
#include <utility>

namespace healer::simulation {
namespace {

using config::Field;
using config::Section;
using core::event::Verb;

constexpr config::Range kLength{0.001, 366 * config::kDay};
constexpr config::Range kMoment{0, 366 * config::kDay};
/// A start that took no time at all could fail without end at one instant.
constexpr config::Range kStart{0.001, config::kDay};
constexpr config::Range kExitStatus{0, 255};
constexpr int kSigkill = 9;

constexpr config::Word<Verb> kVerbs[] = {
    {"start", Verb::start}, {"stop", Verb::stop},     {"restart", Verb::restart},
    {"pause", Verb::pause}, {"resume", Verb::resume}, {"reset", Verb::resetBreaker},
};
constexpr std::string_view kChoices =
    "kill, exit, hang, fail_starts, start, stop, restart, pause, resume or reset";

class Reader {
public:
    explicit Reader(const core::Plan& plan) {
        for (const auto& process : plan.processes) {
            names_.push_back(process->name);
        }
    }

    Scenario read(const config::ConfigDocument& document, config::Findings& findings) {
        Section top(document, findings);
        Scenario scenario;
        if (const auto length = top.require("duration_secs")) {
            scenario.length = length->seconds(kLength).value_or(scenario.length);
        }
        duration(top, "start_secs", kStart, scenario.habits.start);
        duration(top, "ready_secs", config::kWait, scenario.habits.ready);
        duration(top, "stop_secs", config::kWait, scenario.habits.stop);
        duration(top, "look_secs", config::kWait, scenario.habits.look);
        const auto events = top.take("events");
        const auto items = events ? events->items() : std::nullopt;
        for (const Field& item : items.value_or(std::vector<Field>{})) {
            event(item, scenario);
        }
        top.rejectUnknownKeys();
        std::stable_sort(scenario.events.begin(), scenario.events.end(),
                         [](const auto& left, const auto& right) { return left.at < right.at; });
        return scenario;
    }

private:
    static void duration(Section& section, std::string_view key, config::Range range, core::Duration& into) {
        if (const auto field = section.take(key)) {
            into = field->seconds(range).value_or(into);
        }
    }

    void event(const Field& field, Scenario& scenario) {
        auto section = Section::open(field);
        if (!section) {
            return;
        }
        const auto at = section->require("at_secs");
        const core::Duration moment =
            at ? at->seconds(kMoment).value_or(core::Duration::zero()) : core::Duration::zero();
        if (at && scenario.length > core::Duration::zero() && moment > scenario.length) {
            at->error("is after the end of the scenario (duration_secs)");
        }
        given_ = 0;
        processes_.clear();
        const auto what = happening(*section);
        section->rejectUnknownKeys();
        if (given_ != 1) {
            field.error("needs exactly one of " + std::string(kChoices));
            return;
        }
        for (const std::string& process : processes_) {
            scenario.events.push_back({moment, process, what});
        }
    }

    Happening happening(Section& section) {
        Happening what;
        if (const auto killed = choice(section, "kill")) {
            names(*killed);
            what = Ending{core::exitFromWaitStatus(kSigkill)};
        }
        if (const auto ended = choice(section, "exit")) {
            what = exit(*ended);
        }
        const auto lasts = section.take("for_secs");
        const auto time = lasts ? lasts->seconds(config::kTimeout) : std::nullopt;
        bool mayLast = false;
        if (const auto hung = choice(section, "hang")) {
            names(*hung);
            what = Hang{time};
            mayLast = true;
        }
        if (const auto failing = choice(section, "fail_starts")) {
            names(*failing);
            what = FailingStarts{time};
            mayLast = true;
        }
        for (const auto& verb : kVerbs) {
            if (const auto asked = choice(section, verb.name)) {
                names(*asked);
                what = verb.meaning;
            }
        }
        if (lasts && !mayLast) {
            lasts->error("goes with hang and fail_starts only");
        }
        return what;
    }

    std::optional<Field> choice(Section& section, std::string_view key) {
        auto field = section.take(key);
        given_ += field ? 1 : 0;
        return field;
    }

    Happening exit(const Field& field) {
        int code = 0;
        if (auto section = Section::open(field)) {
            if (const auto process = section->require("name")) {
                name(*process);
            }
            if (const auto status = section->require("code")) {
                code = static_cast<int>(status->integer(kExitStatus).value_or(0));
            }
            section->rejectUnknownKeys();
        }
        constexpr int kStatusShift = 8;
        return Ending{core::exitFromWaitStatus(code << kStatusShift)};
    }

    /// One name or a list of them.
    void names(const Field& field) {
        if (field.node().kind != config::NodeKind::sequence) {
            name(field);
            return;
        }
        const auto items = field.items();
        for (const Field& item : items.value_or(std::vector<Field>{})) {
            name(item);
        }
    }

    void name(const Field& field) {
        const auto text = field.text();
        if (!text) {
            return;
        }
        if (std::find(names_.begin(), names_.end(), *text) == names_.end()) {
            field.error("there is no process " + config::quote(*text) + " in the configuration",
                        config::nearest(*text, names_));
            return;
        }
        processes_.push_back(*text);
    }

    std::vector<std::string_view> names_;
    int given_ = 0;
    std::vector<std::string> processes_;
};

} // namespace

ScenarioOutcome parseScenario(const std::string& file, std::string_view text, const core::Plan& plan) {
    config::YamlOutcome yaml = config::readYaml(file, text);
    config::Findings findings;
    findings.errors = std::move(yaml.errors);
    Scenario scenario;
    if (yaml.document && yaml.document->root.kind == config::NodeKind::mapping) {
        scenario = Reader(plan).read(*yaml.document, findings);
    } else if (yaml.document) {
        findings.errors.push_back(
            {file, yaml.document->root.place, {}, "must be a mapping with duration_secs and events", {}});
    }
    if (findings.errors.empty()) {
        return scenario;
    }
    config::sort(findings.errors, std::vector<std::string>{file});
    return findings.errors;
}

} // namespace healer::simulation
