// SPDX-License-Identifier: Apache-2.0
// What /proc showed of real programs (Debian 12, started by hand in a login session), and whether each is
// recognised. Titles are as in /proc/PID/cmdline, where the zeros at the end fill the length of the original
// arguments.
#include "core/identity.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace healer::core {
namespace {

using std::string_literals::operator""s;

constexpr FileId kProgram{1, 42};

enum class Since { execve, fork };

struct Recorded {
    pid_t pid;
    pid_t parent;
    Since since;
    std::string cmdline;
    std::size_t originalLength;
    uid_t uid;
    std::string executedAs;
};

struct Family {
    std::string name;
    std::string command;
    std::vector<std::string> args;
    uid_t uid;
    std::string directory;
    std::string exe;
    std::vector<Recorded> processes;
    pid_t master;
    Answer answer;           ///< about the master
    std::string script = {}; ///< its first line
};

void PrintTo(const Family& family, std::ostream* out) {
    *out << family.name;
}

std::vector<std::string> split(std::string_view cmdline) {
    std::vector<std::string> argv;
    while (!cmdline.empty()) {
        const auto end = std::min(cmdline.find('\0'), cmdline.size());
        argv.emplace_back(cmdline.substr(0, end));
        cmdline.remove_prefix(std::min(end + 1, cmdline.size()));
    }
    return argv;
}

std::string title(const std::string& text, std::size_t zeros) {
    return text + std::string(zeros, '\0');
}

Identity identityOf(const Family& family) {
    Identity identity;
    identity.command = family.command;
    identity.names = {family.command};
    identity.resolvedCommand = family.script.empty() ? family.exe : family.command;
    if (identity.resolvedCommand != family.command) {
        identity.links = {identity.resolvedCommand};
    }
    identity.commandFile = family.script.empty() ? kProgram : FileId{1, 43};
    identity.args = family.args;
    identity.uid = family.uid;
    identity.directory = family.directory;
    if (!family.script.empty()) {
        identity.script = parseScriptLine(family.script);
        if (identity.script->program != "node") { // env(1) looks it up
            identity.script->interpreterFile = kProgram;
        }
    }
    return identity;
}

ProcessFacts factsOf(const Family& family, const Recorded& recorded) {
    ProcessFacts facts;
    facts.key = {recorded.pid, static_cast<std::uint64_t>(recorded.pid) * 100};
    facts.parent = recorded.parent;
    facts.realUid = facts.effectiveUid = recorded.uid;
    facts.exe = family.exe;
    facts.exeFile = kProgram;
    facts.argv = split(recorded.cmdline);
    facts.argvLength = recorded.cmdline.size();
    facts.originalLength = recorded.originalLength;
    facts.forkedOnly = recorded.since == Since::fork;
    facts.executedAs = facts.executedPath = recorded.executedAs;
    facts.directory = family.directory;
    return facts;
}

std::vector<Family> families() {
    const std::string nginx = "/usr/sbin/nginx";
    const std::string master = "nginx: master process /usr/sbin/nginx";
    const std::string php = "/usr/sbin/php-fpm8.2";
    const std::string phpConfig = "/etc/php/8.2/fpm/php-fpm.conf";
    const std::string phpMaster = "php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)";
    const std::string postgres = "/usr/lib/postgresql/15/bin/postgres";
    const std::string data = "/var/lib/postgresql/15/main";
    const std::string dns = "/usr/sbin/dnsmasq";
    const std::vector<std::string> dnsArgs{"--port=5353", "--listen-address=127.0.0.1"};
    return {
        {"nginx in the foreground",
         nginx,
         {"-g", "daemon off;"},
         0,
         "/",
         nginx,
         {{77, 1, Since::execve, title(master + " -g daemon off;", 1), 31, 0, nginx},
          {78, 77, Since::fork, title("nginx: worker process", 10), 31, 33, nginx},
          {79, 77, Since::fork, title("nginx: worker process", 10), 31, 33, nginx}},
         77,
         Answer::yes},
        {"nginx as a daemon",
         nginx,
         {},
         0,
         "/",
         nginx,
         {{87, 1, Since::fork, title(master, 1), 16, 0, nginx},
          {88, 87, Since::fork, title("nginx: worker process", 1), 16, 33, nginx}},
         87,
         Answer::inferred},
        {"nginx after USR2",
         nginx,
         {},
         0,
         "/",
         nginx,
         {{87, 1, Since::fork, title(master, 1), 16, 0, nginx},
          {88, 87, Since::fork, title("nginx: worker process", 1), 16, 33, nginx},
          {96, 87, Since::execve, title(master, 1), 16, 0, nginx},
          {97, 96, Since::fork, title("nginx: worker process", 1), 16, 33, nginx}},
         87,
         Answer::inferred},
        {"redis",
         "/usr/bin/redis-server",
         {"--port", "6379", "--save", ""},
         1000,
         "/",
         "/usr/bin/redis-check-rdb",
         {{114, 1, Since::execve, title("/usr/bin/redis-server *:6379", 14), 42, 1000,
           "/usr/bin/redis-server"}},
         114,
         Answer::yes},
        {"php-fpm in the foreground",
         php,
         {"--nodaemonize", "--fpm-config", phpConfig},
         0,
         "/",
         php,
         {{193, 1, Since::execve, title(phpMaster, 23), 78, 0, php},
          {194, 193, Since::fork, title("php-fpm: pool www", 61), 78, 33, php}},
         193,
         Answer::inferred},
        {"php-fpm as a daemon",
         php,
         {"--daemonize", "--fpm-config", phpConfig},
         0,
         "/",
         php,
         {{210, 1, Since::fork, title(phpMaster, 21), 76, 0, php},
          {211, 210, Since::fork, title("php-fpm: pool www", 59), 76, 33, php}},
         210,
         Answer::inferred},
        {"sshd with a session",
         "/usr/sbin/sshd",
         {"-D"},
         0,
         "/",
         "/usr/sbin/sshd",
         {{243, 1, Since::execve, title("sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups", 1), 18, 0,
           "/usr/sbin/sshd"},
          {247, 243, Since::execve, title("sshd: worker [priv]", 2), 21, 0, "/usr/sbin/sshd"},
          {260, 247, Since::fork, title("sshd: worker@notty", 3), 21, 1000, "/usr/sbin/sshd"}},
         243,
         Answer::yes},
        {"cron as a daemon",
         "/usr/sbin/cron",
         {},
         0,
         "/var/spool/cron",
         "/usr/sbin/cron",
         {{297, 1, Since::fork, "/usr/sbin/cron\0"s, 15, 0, "/usr/sbin/cron"}},
         297,
         Answer::yes},
        {"postgres",
         postgres,
         {"-D", data},
         112,
         data,
         postgres,
         {{141, 1, Since::execve, postgres + "\0-D\0"s + data + "\0"s, 67, 112, postgres},
          {142, 141, Since::fork, title("postgres: 15/main: checkpointer ", 35), 67, 112, postgres},
          {145, 141, Since::fork, title("postgres: 15/main: walwriter ", 38), 67, 112, postgres}},
         141,
         Answer::yes},
        {"dnsmasq as nobody is none of root",
         dns,
         dnsArgs,
         0,
         "/",
         dns,
         {{316, 1, Since::fork, dns + "\0--port=5353\0--listen-address=127.0.0.1\0"s, 57, 65534, dns}},
         316,
         Answer::no},
        {"gunicorn",
         "/usr/bin/gunicorn",
         {"--workers", "2", "app:app"},
         1000,
         "/srv/shop",
         "/usr/bin/python3.11",
         {{385, 1, Since::execve, title("gunicorn: master [app:app]", 30), 55, 1000, "/usr/bin/gunicorn"},
          {386, 385, Since::fork, title("gunicorn: worker [app:app]", 30), 55, 1000, "/usr/bin/gunicorn"}},
         385,
         Answer::inferred,
         "#!/usr/bin/python3\n"},
        {"node",
         "/usr/bin/node",
         {"server.js"},
         1000,
         "/srv/shop",
         "/usr/bin/node",
         {{408, 1, Since::execve, "/usr/bin/node\0server.js\0"s, 24, 1000, "/usr/bin/node"}},
         408,
         Answer::yes},
        {"npm start",
         "/usr/bin/npm",
         {"start"},
         1000,
         "/srv/shop",
         "/usr/bin/node",
         {{419, 1, Since::execve, title("npm start", 15), 24, 1000, "/usr/bin/node"}},
         419,
         Answer::inferred,
         "#!/usr/bin/env node\n"},
        {"java",
         "/usr/bin/java",
         {"-cp", "/usr/share/java/h2.jar", "org.h2.tools.Server"},
         1000,
         "/home/worker",
         "/usr/lib/jvm/java-17-openjdk-amd64/bin/java",
         {{454, 1, Since::execve, "/usr/bin/java\0-cp\0/usr/share/java/h2.jar\0org.h2.tools.Server\0"s, 60,
           1000, "/usr/bin/java"}},
         454,
         Answer::yes},
    };
}

class RecordedPrograms : public testing::TestWithParam<Family> {};

TEST_P(RecordedPrograms, AreRecognised) {
    const Family& family = GetParam();
    const Identity identity = identityOf(family);
    std::vector<Candidate> candidates;
    for (const Recorded& recorded : family.processes) {
        const auto facts = factsOf(family, recorded);
        const Judgement judgement = judge(identity, facts);
        if (recorded.pid == family.master) {
            EXPECT_EQ(judgement.answer, family.answer) << judgement.why;
        }
        if (judgement.answer != Answer::no) {
            EXPECT_TRUE(isWorthALook(identity, facts)) << recorded.cmdline;
            candidates.push_back({facts, judgement});
        }
    }
    const Finding finding = choose(candidates, std::nullopt);
    EXPECT_EQ(finding.instance.has_value(), family.answer != Answer::no) << finding.why;
    if (finding.instance) {
        EXPECT_EQ(finding.instance->pid, family.master);
    }
}

std::string nameOf(const testing::TestParamInfo<Family>& tested) {
    std::string name = tested.param.name;
    std::ranges::replace_if(
        name, [](char letter) { return letter == ' ' || letter == '-'; }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Families, RecordedPrograms, testing::ValuesIn(families()), nameOf);

} // namespace
} // namespace healer::core
