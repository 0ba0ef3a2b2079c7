// SPDX-License-Identifier: Apache-2.0
#include "core/identity.hpp"

#include <gtest/gtest.h>

namespace {

using namespace healer::core;

constexpr uid_t kUser = 1000;

Identity program() {
    Identity identity;
    identity.command = "/usr/bin/web";
    identity.resolvedCommand = "/opt/web/web";
    identity.commandFile = FileId{1, 42};
    identity.args = {"--port", "80"};
    identity.uid = kUser;
    return identity;
}

ProcessFacts instance() {
    ProcessFacts facts;
    facts.key = {100, 5000};
    facts.parent = 1;
    facts.realUid = kUser;
    facts.effectiveUid = kUser;
    facts.exe = "/opt/web/web";
    facts.exeFile = FileId{1, 42};
    facts.argv = {"/usr/bin/web", "--port", "80"};
    return facts;
}

bool matches(const Identity& identity, const ProcessFacts& facts) {
    const auto answer = judge(identity, facts).answer;
    return answer == Answer::yes || answer == Answer::inferred;
}

Identity script(const std::string& line) {
    auto identity = program();
    identity.command = identity.resolvedCommand = "/opt/web/run";
    identity.args = {"fast"};
    identity.script = parseScriptLine(line);
    if (identity.script->program == "bash") {
        identity.script->interpreterFile = FileId{1, 7};
    }
    return identity;
}

ProcessFacts interpreted(std::vector<std::string> argv) {
    auto facts = instance();
    facts.exe = "/usr/bin/interpreter";
    facts.exeFile = FileId{1, 99};
    facts.argv = std::move(argv);
    return facts;
}

TEST(Identity, isFileArgumentsAndUser) {
    EXPECT_TRUE(matches(program(), instance()));
    auto facts = instance();
    facts.argv.back() = "81";
    EXPECT_FALSE(matches(program(), facts));
    EXPECT_TRUE(isNamedRightly(program(), facts, Voucher::user));
}

TEST(Identity, refusesAnotherUserAZombieAndAnotherPidNamespace) {
    auto other = instance();
    other.realUid = 1001;
    EXPECT_FALSE(isNamedRightly(program(), other, Voucher::user));
    auto setuid = instance();
    setuid.effectiveUid = 0;
    EXPECT_FALSE(isNamedRightly(program(), setuid, Voucher::user));
    auto zombie = instance();
    zombie.zombie = true;
    EXPECT_FALSE(isNamedRightly(program(), zombie, Voucher::user));
    auto contained = instance();
    contained.inOwnPidNamespace = false;
    EXPECT_FALSE(isNamedRightly(program(), contained, Voucher::user));
}

TEST(Identity, knowsAnUpgradedProgramByItsOldPath) {
    auto facts = instance();
    facts.exeFile = FileId{1, 41};
    facts.exe = "/opt/web/web (deleted)";
    EXPECT_TRUE(matches(program(), facts));
    facts.exe = "/opt/web/other (deleted)";
    EXPECT_FALSE(matches(program(), facts));
}

TEST(Identity, refusesAnotherFileAtTheSamePath) {
    auto facts = instance();
    facts.exeFile = FileId{2, 42};
    EXPECT_FALSE(matches(program(), facts));
}

TEST(Identity, acceptsThePathWhenTheFileIsGone) {
    auto identity = program();
    identity.commandFile.reset();
    EXPECT_TRUE(matches(identity, instance()));
}

TEST(Identity, tellsTheNamesOfOneFileApart) {
    auto identity = program();
    identity.command = "/bin/httpd";
    identity.resolvedCommand = "/bin/busybox";
    identity.args = {};
    auto facts = instance();
    facts.exe = "/bin/busybox";
    facts.argv = {"httpd"};
    EXPECT_TRUE(matches(identity, facts));
    facts.argv = {"udhcpd"};
    EXPECT_FALSE(matches(identity, facts));
}

TEST(Identity, countsWhateverRunsInItsUnit) {
    auto identity = program();
    identity.unit = "healer-web.service";
    auto facts = interpreted({"java"});
    facts.realUid = 33;
    EXPECT_FALSE(isNamedRightly(identity, facts, Voucher::user));
    facts.unit = "healer-web.service";
    EXPECT_TRUE(matches(identity, facts));
    facts.zombie = true;
    EXPECT_FALSE(matches(identity, facts));
}

TEST(Identity, findsAScriptBehindItsInterpreter) {
    const auto identity = script("#!/bin/bash -e\n");
    EXPECT_TRUE(matches(identity, interpreted({"/bin/bash", "-e", "/opt/web/run", "fast"})));
    EXPECT_FALSE(matches(identity, interpreted({"/bin/bash", "-e", "/opt/web/run"})));
    EXPECT_TRUE(isNamedRightly(identity, interpreted({"/bin/bash", "-e", "/opt/web/run"}), Voucher::user));
    EXPECT_FALSE(matches(identity, interpreted({"/bin/bash", "-e", "/opt/web/run", "fast", "x"})));
    auto renamed = interpreted({"sh5", "/opt/web/run", "fast"});
    EXPECT_FALSE(matches(identity, renamed));
    renamed.exeFile = FileId{1, 7};
    EXPECT_TRUE(matches(identity, renamed));
}

TEST(Identity, doesNotTakeAnEditorForTheScript) {
    EXPECT_FALSE(
        isNamedRightly(script("#!/bin/bash\n"), interpreted({"vim", "/opt/web/run", "fast"}), Voucher::user));
    EXPECT_FALSE(matches(script("#!/bin/bash\n"), interpreted({"bash", "tee", "/opt/web/run", "fast"})));
}

TEST(Identity, findsAScriptThatEnvStarts) {
    const auto identity = script("#!/usr/bin/env python3\n");
    EXPECT_TRUE(matches(identity, interpreted({"python3", "/opt/web/run", "fast"})));
    EXPECT_TRUE(matches(identity, interpreted({"/usr/bin/env", "python3", "/opt/web/run", "fast"})));
    const auto split = script("#!/usr/bin/env -S LANG=C python3 -u\n");
    EXPECT_EQ(split.script->program, "python3");
    EXPECT_TRUE(matches(split, interpreted({"python3", "-u", "/opt/web/run", "fast"})));
    EXPECT_FALSE(matches(identity, interpreted({"perl", "/opt/web/run", "fast"})));
}

TEST(Identity, readsOnlyTrueScriptLines) {
    EXPECT_FALSE(parseScriptLine(""));
    EXPECT_FALSE(parseScriptLine("\x7f"
                                 "ELF"));
    EXPECT_FALSE(parseScriptLine("#!"));
    EXPECT_FALSE(parseScriptLine("#! \n/bin/sh"));
    EXPECT_FALSE(parseScriptLine("#!sh\n"));
    EXPECT_EQ(parseScriptLine("#!  /bin/sh")->interpreter, "/bin/sh");
}

std::vector<Candidate> candidates(std::initializer_list<std::tuple<pid_t, pid_t, std::uint64_t>> list) {
    std::vector<Candidate> all;
    for (const auto& [pid, parent, start] : list) {
        all.push_back({instance(), {Answer::yes}});
        all.back().facts.key = {pid, start};
        all.back().facts.parent = parent;
    }
    return all;
}

TEST(Choosing, prefersTheRootOfTheTreeThenTheOldest) {
    EXPECT_FALSE(choose({}, std::nullopt).instance);
    EXPECT_EQ(choose(candidates({{11, 10, 5}, {10, 1, 6}, {12, 10, 7}}), std::nullopt).instance->pid, 10);
    EXPECT_EQ(choose(candidates({{20, 1, 9}, {21, 1, 8}}), std::nullopt).instance->pid, 21);
}

TEST(Choosing, doesNotTakeAWorkerOfADeadMasterForASuccessor) {
    const Predecessor killed{{10, 100}, 200, false};
    EXPECT_FALSE(choose(candidates({{10, 1, 100}}), killed).instance);
    EXPECT_FALSE(choose(candidates({{11, 1, 150}}), killed).instance);
    EXPECT_EQ(choose(candidates({{11, 1, 150}, {12, 1, 200}}), killed).instance->pid, 12);
}

TEST(Choosing, ofAnEndThatWasNotSeenOnlyWhatHasExecutedTheProgramTakesOver) {
    const Predecessor unseen{{10, 100}, 200, false, true};
    auto one = candidates({{11, 1, 150}});
    EXPECT_EQ(choose(one, unseen).instance, (ProcessKey{11, 150})) << "as after an upgrade on the fly";
    one[0].facts.forkedOnly = true;
    one[0].facts.session = 10;
    EXPECT_FALSE(choose(one, unseen).instance) << "a worker, in the session of the predecessor";
    one[0].facts.session = 11;
    EXPECT_EQ(choose(one, unseen).instance, (ProcessKey{11, 150})) << "a daemon has a session of its own";
    one[0].facts.forkedOnly = false;
    one[0].facts.key.startTicks = 50;
    EXPECT_FALSE(choose(one, unseen).instance) << "older than the predecessor";
}

TEST(Choosing, takesWhatACleanlyEndedPredecessorHasForked) {
    const Predecessor forked{{10, 100}, 200, true};
    EXPECT_EQ(choose(candidates({{11, 1, 150}}), forked).instance->pid, 11);
    EXPECT_FALSE(choose(candidates({{9, 1, 50}}), forked).instance);
}

TEST(Choosing, prefersWhatIsKnownToWhatIsInferred) {
    auto two = candidates({{20, 1, 1}, {21, 1, 2}});
    two.front().judgement.answer = Answer::inferred;
    EXPECT_EQ(choose(two, std::nullopt).instance->pid, 21);
    two.back().judgement.answer = Answer::unclear;
    EXPECT_EQ(choose(two, std::nullopt).instance->pid, 20);
}

TEST(Choosing, cannotTellBetweenTwoOfWhichBothAreInferred) {
    auto two = candidates({{20, 1, 1}, {21, 1, 2}});
    two.front().judgement.answer = two.back().judgement.answer = Answer::inferred;
    const auto finding = choose(two, std::nullopt);
    EXPECT_FALSE(finding.instance);
    EXPECT_EQ(finding.doubtful->pid, 20);
    two.back().facts.parent = 20; // a worker of the first
    EXPECT_EQ(choose(two, std::nullopt).instance->pid, 20);
}

TEST(Choosing, namesTheDoubtfulProcessAndWhy) {
    auto one = candidates({{20, 1, 1}});
    one.front().judgement = {Answer::unclear, "is in another directory"};
    const auto finding = choose(one, std::nullopt);
    EXPECT_EQ(finding.doubtful, (ProcessKey{20, 1}));
    EXPECT_EQ(finding.why, "PID 20 may be it, so nothing is started: it is in another directory");
    EXPECT_FALSE(choose(one, Predecessor{{10, 0}, 5, false}).doubtful) << "a left-over is no question";
}

} // namespace
