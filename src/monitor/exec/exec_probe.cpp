// SPDX-License-Identifier: Apache-2.0
#include "monitor/exec/exec_probe.hpp"

#include "monitor/probe/shown_text.hpp"

#include <utility>

namespace healer::monitor::exec {

namespace {

using probe::Finding;
using probe::Verdict;

constexpr std::size_t kShownBytes = 300;

std::vector<std::string> argsOf(const core::MonitorPlan& plan) {
    const auto args = plan.args.find("args");
    return args == plan.args.end() ? std::vector<std::string>{}
                                   : std::get<std::vector<std::string>>(args->second);
}

std::string textOf(const std::string& path, const std::vector<std::string>& args) {
    std::string line = path;
    for (const auto& arg : args) {
        line += " " + arg;
    }
    auto text = probe::shownText(std::string_view(line).substr(0, kShownBytes), kShownBytes);
    return line.size() > kShownBytes ? text + "..." : text;
}

} // namespace

ExecProbe::ExecProbe(ExecContext& shared, const MonitorContext& context)
    : shared_(shared), process_(context.process),
      path_(std::get<std::string>(context.plan.args.at("command"))), args_(argsOf(context.plan)),
      rules_(StatusRules::of(context.plan)), text_(textOf(path_, args_)) {}

ExecProbe::~ExecProbe() {
    cancel();
}

runtime::SpawnSettings ExecProbe::settings() const {
    runtime::SpawnSettings settings = runtime::spawnSettingsFor(process_.command);
    settings.path = path_;
    settings.arguments = {path_};
    settings.arguments.insert(settings.arguments.end(), args_.begin(), args_.end());
    if (settings.workingDirectory.empty()) {
        settings.workingDirectory.assign(1, '/'); // not = "/": see GCC bug 105651
    }
    settings.limits = shared_.limits;
    return settings;
}

void ExecProbe::begin(Done done) {
    if (process_.command.user.name.empty()) {
        answerLater(done, {Verdict::unknown, "there is no user to run it as"});
        return;
    }
    if (const auto last = last_.lock(); last && !last->reaped()) {
        answerLater(done, {Verdict::failed, "timed out, and has not ended although it was killed"});
        return;
    }
    run_ = std::make_shared<Run>(shared_.loop, [this, done](const core::Result<core::Exit>& end) {
        const auto finding =
            end ? rules_.judge(*end, run_->output()) : Finding{Verdict::unknown, end.error().message};
        release();
        done(finding);
    });
    if (auto started = run_->start(settings(), shared_.numbers); !started) {
        run_.reset();
        answerLater(done, {Verdict::unknown, started.error().message});
    }
}

void ExecProbe::answerLater(const Done& done, Finding finding) {
    failure_ = shared_.loop.addDeferred([done, finding = std::move(finding)] { done(finding); });
}

void ExecProbe::release() {
    const auto run = std::exchange(run_, nullptr);
    last_ = run;
    shared_.dying.insert(run);
    run->whenReaped([shared = &shared_, raw = std::weak_ptr(run)] { shared->dying.erase(raw.lock()); });
}

std::string ExecProbe::expire() {
    std::string said = run_ ? run_->output() : std::string();
    cancel();
    return said;
}

void ExecProbe::cancel() {
    failure_.reset();
    if (run_) {
        run_->kill();
        release();
    }
}

} // namespace healer::monitor::exec
