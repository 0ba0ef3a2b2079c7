// SPDX-License-Identifier: Apache-2.0
#include "runtime/proc_scan.hpp"

#include "runtime/proc_entry.hpp"
#include "runtime/proc_family.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace healer::runtime {

namespace {

constexpr core::Duration kSlice = std::chrono::milliseconds(2);

/// Before a pass is repeated.
constexpr core::Duration kPause = std::chrono::milliseconds(200);

} // namespace

/// One pass over all processes. Cheap checks (program, script, unit) come first. All facts are read only of
/// the few processes that may match a question, and arguments only of those with the right user.
class ProcScan::Pass {
public:
    Pass(std::vector<Asker> askers, const IsKnown& isKnown) : askers_(std::move(askers)), isKnown_(isKnown) {
        for (const auto& asker : askers_) {
            const auto state = asker.lock();
            auto identity = state ? state->wanted() : Reading<core::Identity>::none();
            shortage_ = shortage_ || identity.isUnknown();
            if (identity) {
                state->identity = std::move(*identity);
                state->candidates.clear();
                enter(state->identity);
                index(state);
            }
        }
        const auto pids = allPids();
        shortage_ = shortage_ || pids.isUnknown();
        pids_ = pids.orNone().value_or(std::vector<pid_t>());
    }

    /// True when all processes have been examined, or it was seen that this is not possible now.
    bool advance(const Loop& loop) {
        const auto end = loop.now() + kSlice;
        while (next_ < pids_.size() && !shortage_) {
            look(pids_[next_++]);
            if (loop.now() >= end) {
                break;
            }
        }
        return next_ == pids_.size() || shortage_;
    }

    /// Whether it has not seen all that there is.
    [[nodiscard]] bool metShortage() const { return shortage_; }

    [[nodiscard]] const std::vector<Asker>& askers() const { return askers_; }

private:
    using State = std::shared_ptr<Question::State>;

    void enter(const core::Identity& identity) {
        users_.insert(identity.uid);
        if (!identity.unit.empty()) {
            units_.insert(identity.unit);
        }
        if (identity.script) {
            scripts_.insert(std::string(core::baseName(identity.command)));
            scripts_.insert(std::string(core::baseName(identity.resolvedCommand)));
            if (identity.script->interpreterFile) {
                interpreters_.insert(*identity.script->interpreterFile);
            }
            return;
        }
        for (const auto& path : {identity.command, identity.resolvedCommand}) {
            paths_.insert(path);
            paths_.insert(path + " (deleted)");
        }
        if (identity.commandFile) {
            files_.insert(*identity.commandFile);
        }
    }

    void look(pid_t pid) {
        if (isKnown_ && isKnown_(pid)) {
            return;
        }
        const auto entry = ProcEntry::open(pid);
        shortage_ = shortage_ || isShortage(entry.error());
        if (entry) {
            examine(*entry);
            shortage_ = shortage_ || entry->metShortage();
        }
    }

    void examine(const ProcEntry& entry) {
        if (!mayBelong(entry)) {
            return;
        }
        auto facts = entry.facts([this](const core::ProcessFacts& known) {
            return users_.contains(known.effectiveUid) || units_.contains(known.unit);
        });
        if (!facts) {
            return;
        }
        const auto concerned = concernedBy(*facts);
        if (concerned.empty()) {
            return;
        }
        entry.addOrigin(*facts);
        std::vector<std::pair<State, core::Judgement>> answers;
        for (const auto& state : concerned) {
            if (auto judgement = judgeInFamily(state->identity, *facts);
                judgement.answer != core::Answer::no) {
                answers.emplace_back(state, std::move(judgement));
            }
        }
        // What is the instance of one entry is no question for another.
        const bool certain = std::ranges::any_of(
            answers, [](const auto& answer) { return answer.second.answer != core::Answer::unclear; });
        for (auto& [state, judgement] : answers) {
            if (!certain || judgement.answer != core::Answer::unclear) {
                state->candidates.push_back({*facts, std::move(judgement)});
            }
        }
    }

    /// The questions that this process may be an answer to.
    [[nodiscard]] std::set<State> concernedBy(const core::ProcessFacts& facts) const {
        std::set<State> concerned;
        const auto add = [&](const auto& range) {
            for (auto found = range.first; found != range.second; ++found) {
                if (core::isWorthALook(found->second->identity, facts)) {
                    concerned.insert(found->second);
                }
            }
        };
        core::forEachTailKey(facts.argv, [&](const std::string& key) { add(byArguments_.equal_range(key)); });
        add(byUnit_.equal_range(facts.unit));
        if (core::mayHaveReplacedArguments(facts)) {
            add(std::pair(byArguments_.begin(), byArguments_.end()));
        }
        return concerned;
    }

    /// Indexes the question, so that the cost of a process does not depend on the number of questions.
    void index(const State& state) {
        byArguments_.emplace(core::argumentsKey(state->identity.args), state);
        if (!state->identity.unit.empty()) {
            byUnit_.emplace(state->identity.unit, state);
        }
    }

    bool mayBelong(const ProcEntry& entry) const {
        const auto program = entry.program();
        if (!program) {
            const auto stat = entry.stat();
            return stat && !stat->kernelThread && !stat->zombie();
        }
        if (paths_.contains(program->path) || files_.contains(program->file)) {
            return true;
        }
        if (const auto user = scripts_.empty() ? std::nullopt : entry.user();
            user && users_.contains(*user)) {
            if (interpreters_.contains(program->file) || namesAScript(entry.argv())) {
                return true;
            }
        }
        return !units_.empty() && units_.contains(entry.unit());
    }

    /// Whether a script is among the first few arguments, or the title begins with a script's name.
    [[nodiscard]] bool namesAScript(const std::vector<std::string>& argv) const {
        const auto firstFew = std::min<std::size_t>(argv.size(), kFirstFew);
        const bool named = std::any_of(
            argv.begin(), argv.begin() + static_cast<std::ptrdiff_t>(firstFew),
            [this](const std::string& argument) { return scripts_.contains(core::baseName(argument)); });
        return named || (!argv.empty() && std::ranges::any_of(scripts_, [&](const std::string& script) {
                   const auto stem = script.substr(0, script.rfind('.'));
                   return !stem.empty() && argv.front().starts_with(stem);
               }));
    }

    static constexpr std::size_t kFirstFew = 10;

    std::vector<Asker> askers_;
    const IsKnown& isKnown_;
    std::vector<pid_t> pids_;
    std::size_t next_ = 0;
    bool shortage_ = false;
    std::set<std::string, std::less<>> paths_;
    std::set<std::string, std::less<>> scripts_;
    std::set<std::string, std::less<>> units_;
    std::set<core::FileId> files_;
    std::set<core::FileId> interpreters_;
    std::set<uid_t> users_;
    std::multimap<std::string, std::shared_ptr<Question::State>> byArguments_;
    std::multimap<std::string, std::shared_ptr<Question::State>> byUnit_;
};

ProcScan::ProcScan(Loop& loop, IsKnown isKnown) : loop_(loop), isKnown_(std::move(isKnown)) {}

ProcScan::~ProcScan() = default;

ProcScan::Question ProcScan::find(Wanted wanted, Found found) {
    auto state = std::make_shared<Question::State>();
    state->wanted = std::move(wanted);
    state->found = std::move(found);
    waiting_.push_back(state);
    if (!next_) {
        next_ = loop_.addDeferred([this] { slice(); });
    }
    return Question(std::move(state));
}

void ProcScan::slice() {
    if (!pass_) {
        pass_ = std::make_unique<Pass>(std::exchange(waiting_, {}), isKnown_);
    }
    const bool finished = pass_->advance(loop_);
    std::vector<Asker> done;
    if (finished) {
        const bool again = pass_->metShortage();
        done = pass_->askers();
        pass_.reset();
        if (again) {
            waiting_.insert(waiting_.begin(), done.begin(), done.end());
            next_ = loop_.addTimer(loop_.now() + kPause, [this] { slice(); });
            return;
        }
    }
    const bool more = !finished || !waiting_.empty();
    next_ = more ? loop_.addDeferred([this] { slice(); }) : Source();
    for (const auto& asker : done) {
        if (const auto state = asker.lock()) {
            state->answered = true;
            const auto found = std::exchange(state->found, nullptr);
            found(std::move(state->candidates));
        }
    }
}

} // namespace healer::runtime
