// SPDX-License-Identifier: Apache-2.0
#include "config/cross_checks.hpp"

#include "config/nearest.hpp"
#include "core/identity.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace healer::config {
namespace {

std::string placeText(const Site& site) {
    return site.file + ":" + std::to_string(site.place.line) + ":" + std::to_string(site.place.column);
}

/// The canonical spelling of a path; symbolic links are not followed.
std::string normal(const std::string& path) {
    return std::filesystem::path(path).lexically_normal().string();
}

/// A path without links to directories, as far as they exist. Its last part may be a link: two links to one
/// program are two processes.
std::string canonical(const std::string& path, const FileProbe& files) {
    constexpr int kMaxLinks = 40;
    std::filesystem::path here("/");
    auto steps = std::filesystem::path(normal(path)).relative_path();
    for (int links = 0; links < kMaxLinks && std::distance(steps.begin(), steps.end()) > 1;) {
        const auto step = here / *steps.begin();
        std::filesystem::path rest;
        std::for_each(std::next(steps.begin()), steps.end(), [&](const auto& part) { rest /= part; });
        const auto facts = files.inspect(step.string());
        if (facts && facts->kind == FileKind::symlink) {
            ++links;
            const auto target = (here / facts->linkTarget / rest).lexically_normal();
            here = "/";
            steps = target.relative_path();
        } else {
            here = step;
            steps = rest;
        }
    }
    return (here / steps).string();
}

/// The directory that relative names among the arguments mean; empty when none of them is one.
std::string directoryMeant(const core::CommandPlan& command, const FileProbe& files) {
    if (command.workingDirectory.size() < 2) {
        return {};
    }
    const std::string directory = canonical(command.workingDirectory + "/.", files);
    const bool meant =
        std::any_of(command.args.begin(), command.args.end(), [&](const std::string& argument) {
            const auto named = core::filesNamedBy(argument);
            return std::any_of(named.begin(), named.end(), [&](const std::string& file) {
                return files.inspect((std::filesystem::path(directory) / file).lexically_normal().string())
                    .ok();
            });
        });
    return meant ? directory : std::string();
}

const KeySpec* uniqueKey(const MonitorSchema& schema) {
    const auto found = std::find_if(schema.keys.begin(), schema.keys.end(),
                                    [](const KeySpec& key) { return !key.unique.empty(); });
    return found == schema.keys.end() ? nullptr : &*found;
}

/// Whether its monitors alone distinguish it from a process with the same command, arguments and user.
bool isDistinct(const ProcessDraft& draft) {
    return !draft.monitors.empty() &&
           std::all_of(draft.monitors.begin(), draft.monitors.end(),
                       [](const MonitorSource& source) { return uniqueKey(*source.schema) != nullptr; });
}

void checkUniqueValues(std::span<const ProcessDraft> drafts, Findings& findings) {
    std::map<std::string, Site> users;
    for (const ProcessDraft& draft : drafts) {
        for (std::size_t i = 0; draft.plan.enabled && i < draft.monitors.size(); ++i) {
            const KeySpec* key = uniqueKey(*draft.monitors[i].schema);
            const auto& args = draft.plan.monitors[i].args;
            const auto arg = key == nullptr ? args.end() : args.find(key->name);
            const auto* value = arg == args.end() ? nullptr : std::get_if<std::string>(&arg->second);
            if (value == nullptr) {
                continue;
            }
            const Site& site = draft.monitors[i].site;
            const auto [first, added] = users.emplace(normal(*value), site);
            if (!added) {
                reportError(site,
                            "the " + std::string(key->unique) + " " + quote(first->first) +
                                " is already used at " + placeText(first->second),
                            findings);
            }
        }
    }
}

void checkUnits(std::span<const ProcessDraft> drafts, Findings& findings) {
    std::map<std::string_view, const Site*> users;
    for (const ProcessDraft& draft : drafts) {
        if (!draft.plan.enabled || draft.plan.unit.empty()) {
            continue;
        }
        const auto [first, added] = users.emplace(draft.plan.unit, &draft.unit);
        if (!added) {
            reportError(draft.unit,
                        "the unit " + quote(draft.plan.unit) + " is already used at " +
                            placeText(*first->second),
                        findings);
        }
    }
}

using DraftsByName = std::map<std::string_view, const ProcessDraft*>;

DraftsByName byName(std::span<const ProcessDraft> drafts) {
    DraftsByName known;
    for (const ProcessDraft& draft : drafts) {
        if (draft.name.place.line > 0) {
            known.emplace(draft.plan.name, &draft);
        }
    }
    return known;
}

/// Follows the dependencies depth first, with an explicit stack because chains may be long, and reports each
/// cycle once, where it closes.
class CycleSearch {
public:
    CycleSearch(const DraftsByName& known, Findings& findings) : known_(known), findings_(findings) {}

    void from(const ProcessDraft& start) {
        if (!seen_.emplace(&start, State::open).second) {
            return;
        }
        path_.push_back({&start, 0});
        while (!path_.empty()) {
            Step& step = path_.back();
            if (step.next == step.draft->plan.dependencies.size()) {
                seen_[step.draft] = State::closed;
                path_.pop_back();
                continue;
            }
            const std::size_t index = step.next++;
            const auto target = known_.find(step.draft->plan.dependencies[index].target);
            if (target == known_.end()) {
                continue;
            }
            const auto [known, added] = seen_.emplace(target->second, State::open);
            if (added) {
                path_.push_back({target->second, 0});
            } else if (known->second == State::open) {
                reportCycle(step.draft->dependencies[index], *target->second);
            }
        }
    }

private:
    enum class State { open, closed };
    struct Step {
        const ProcessDraft* draft;
        std::size_t next; ///< index of the dependency to follow next
    };

    void reportCycle(const Site& site, const ProcessDraft& target) {
        std::string cycle;
        bool inside = false;
        for (const Step& step : path_) {
            inside = inside || step.draft == &target;
            if (inside) {
                cycle += step.draft->plan.name + " -> ";
            }
        }
        reportError(site, "dependencies must not form a cycle: " + cycle + target.plan.name, findings_);
    }

    const DraftsByName& known_;
    Findings& findings_;
    std::map<const ProcessDraft*, State> seen_;
    std::vector<Step> path_;
};

/// It is never healthy, so that what needs it waits for ever.
void warnOfDisabledTarget(const ProcessDraft& draft, std::size_t index, const ProcessDraft& target,
                          Findings& findings) {
    const core::DependencyPlan& edge = draft.plan.dependencies[index];
    const bool holds = edge.kind == core::DependencyKind::requirement && edge.hard &&
                       edge.onFailure == core::DependencyFailure::abort;
    if (draft.plan.enabled && !target.plan.enabled && holds) {
        const Site& site = draft.dependencies[index];
        findings.warnings.push_back(
            {site.file,
             site.place,
             site.key,
             quote(edge.target) + " is disabled (enabled: false), so " + draft.plan.name +
                 " is not started until it is enabled; set on_failure or hard: false to do without it",
             {}});
    }
}

} // namespace

void checkNames(std::span<const ProcessDraft> drafts, Findings& findings) {
    std::map<std::string_view, const Site*> first;
    for (const ProcessDraft& draft : drafts) {
        if (draft.name.place.line == 0) {
            continue;
        }
        const auto [known, added] = first.emplace(draft.plan.name, &draft.name);
        if (!added) {
            reportError(draft.name,
                        "the name " + quote(draft.plan.name) + " is already used at " +
                            placeText(*known->second),
                        findings);
        }
    }
}

void checkIdentities(std::span<const ProcessDraft> drafts, const FileProbe& files, Findings& findings) {
    checkUniqueValues(drafts, findings);
    checkUnits(drafts, findings);
    using Identity = std::tuple<std::string, std::vector<std::string>, uid_t, std::string>;
    std::map<Identity, std::vector<const ProcessDraft*>> alike;
    for (const ProcessDraft& draft : drafts) {
        const core::CommandPlan& command = draft.plan.command;
        if (draft.plan.enabled && draft.hasUser && draft.command.place.line > 0) {
            alike[{canonical(command.path, files), command.args, command.user.uid,
                   directoryMeant(command, files)}]
                .push_back(&draft);
        }
    }
    for (const auto& [identity, members] : alike) {
        const ProcessDraft& first = *members.front();
        for (const ProcessDraft* member : std::span(members).subspan(1)) {
            if (!isDistinct(first) || !isDistinct(*member)) {
                reportError(
                    member->command,
                    "cannot be distinguished from " + quote(first.plan.name) + " at " +
                        placeText(first.command) +
                        ": same command, arguments and user; give each only a pid monitor with a PID file of "
                        "its own",
                    findings);
            }
        }
    }
}

void checkOutputs(std::span<const ProcessDraft> drafts, const core::Plan& plan, Findings& findings) {
    if (!plan.logDirectory || plan.launch == core::LaunchMode::service) {
        return;
    }
    for (const ProcessDraft& draft : drafts) {
        if (draft.plan.name == "healer" && draft.unit.place.line == 0 && !draft.plan.command.output) {
            reportError(draft.name,
                        "its output would go into the log of Healer, " + *plan.logDirectory +
                            "/healer.log; give it another name or an output",
                        findings);
        }
    }
}

void checkDependencies(std::span<const ProcessDraft> drafts, Findings& findings) {
    const DraftsByName known = byName(drafts);
    std::vector<std::string_view> names;
    for (const auto& [name, draft] : known) {
        names.push_back(name);
    }
    CycleSearch cycles(known, findings);
    for (const ProcessDraft& draft : drafts) {
        for (std::size_t i = 0; i < draft.plan.dependencies.size(); ++i) {
            const std::string& target = draft.plan.dependencies[i].target;
            if (!known.contains(target)) {
                reportError(draft.dependencies[i], "there is no process " + quote(target), findings,
                            nearest(target, names));
            } else {
                warnOfDisabledTarget(draft, i, *known.at(target), findings);
            }
        }
        cycles.from(draft);
    }
}

} // namespace healer::config
