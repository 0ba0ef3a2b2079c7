// SPDX-License-Identifier: Apache-2.0
// Which process is it, where its arguments alone do not say: the facts are those of real programs.
#include "core/identity.hpp"
#include "core/replaced_arguments.hpp"

#include <gtest/gtest.h>

namespace healer::core {
namespace {

constexpr uid_t kUser = 1000;
constexpr FileId kProgram{1, 42};
constexpr FileId kPerl{1, 77};

std::size_t lengthOf(const std::vector<std::string>& argv) {
    std::size_t length = 0;
    for (const auto& word : argv) {
        length += word.size() + 1;
    }
    return length;
}

Identity program(const std::string& command, std::vector<std::string> args, std::string resolved = {}) {
    Identity identity;
    identity.command = command;
    identity.resolvedCommand = resolved.empty() ? command : resolved;
    identity.commandFile = kProgram;
    identity.args = std::move(args);
    identity.uid = kUser;
    identity.names = {command};
    if (!resolved.empty()) {
        identity.links = {resolved};
    }
    return identity;
}

/// What runs after this was executed, in the directory "/".
ProcessFacts executed(const std::string& path, std::vector<std::string> args, const std::string& exe = {}) {
    ProcessFacts facts;
    facts.key = {100, 5000};
    facts.parent = 1;
    facts.realUid = facts.effectiveUid = kUser;
    facts.exe = exe.empty() ? path : exe;
    facts.exeFile = kProgram;
    facts.argv = std::move(args);
    facts.argv.insert(facts.argv.begin(), path);
    facts.argvLength = lengthOf(facts.argv);
    facts.originalLength = facts.argvLength;
    facts.executedAs = path;
    facts.executedPath = path.starts_with('/') ? path : "";
    facts.directory = "/";
    return facts;
}

enum class Padding { toTheEnd, none };

/// The same, after it has replaced its arguments.
ProcessFacts titled(ProcessFacts facts, const std::string& title, Padding padding) {
    facts.argv = {title};
    facts.argvLength = title.size() + 1;
    if (padding == Padding::toTheEnd && *facts.originalLength > facts.argvLength) {
        facts.argv.resize(1 + *facts.originalLength - facts.argvLength);
        facts.argvLength = *facts.originalLength;
    }
    return facts;
}

Answer answer(const Identity& identity, const ProcessFacts& facts) {
    const auto judgement = judge(identity, facts);
    EXPECT_EQ(judgement.answer == Answer::unclear, !judgement.why.empty());
    EXPECT_TRUE(judgement.answer == Answer::no || isWorthALook(identity, facts)) << "it is never judged";
    return judgement.answer;
}

const std::vector<std::string> kRedis{"--port", "6379", "--save", ""};

TEST(Titles, ofRedisShowTheAddress) {
    // Debian: /usr/bin/redis-server is a link to redis-check-rdb.
    const auto cache = program("/usr/bin/redis-server", kRedis, "/usr/bin/redis-check-rdb");
    const auto started = executed("/usr/bin/redis-server", kRedis, "/usr/bin/redis-check-rdb");
    EXPECT_EQ(answer(cache, started), Answer::yes);
    EXPECT_EQ(answer(cache, titled(started, "redis-server *:6379", Padding::toTheEnd)), Answer::yes);
    EXPECT_EQ(answer(cache, titled(started, "redis-server *:6380", Padding::toTheEnd)), Answer::no);
    const auto byName = executed("redis-server", kRedis, "/usr/bin/redis-check-rdb");
    auto found = titled(byName, "redis-server *:6379", Padding::toTheEnd);
    found.executedAs = found.executedPath = "/usr/bin/redis-server";
    EXPECT_EQ(answer(cache, found), Answer::yes) << "started by its name";
    auto other = titled(executed("/usr/bin/redis-server", {"/etc/redis.conf"}), "redis-server 127.0.0.1:6379",
                        Padding::toTheEnd);
    EXPECT_EQ(answer(cache, other), Answer::unclear);
}

TEST(Titles, ofNginxQuoteTheCommandLine) {
    const auto web = program("/usr/sbin/nginx", {"-g", "daemon off;"});
    const auto started = executed("/usr/sbin/nginx", {"-g", "daemon off;"});
    const std::string master = "nginx: master process /usr/sbin/nginx";
    EXPECT_EQ(answer(web, titled(started, master + " -g daemon off;", Padding::none)), Answer::yes);
    EXPECT_EQ(answer(web, titled(started, master + " -c /etc/b.conf", Padding::none)), Answer::no);
    EXPECT_EQ(answer(web, titled(executed("/usr/sbin/nginx", {}), master, Padding::none)), Answer::unclear);
    EXPECT_EQ(answer(web, titled(started, "nginx: master process nginx -g daemon off;", Padding::none)),
              Answer::yes);
}

TEST(Titles, ofSshdQuoteTheCommandLineAndMore) {
    const auto sshd = program("/usr/sbin/sshd", {"-D"});
    const auto started = executed("/usr/sbin/sshd", {"-D"});
    EXPECT_EQ(answer(sshd, titled(started, "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups",
                                  Padding::none)),
              Answer::yes);
    EXPECT_EQ(
        answer(program("/usr/sbin/sshd", {"-D", "-p", "2222"}),
               titled(started, "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups", Padding::none)),
        Answer::no);
}

TEST(Titles, ofPhpHaveAnotherNameThanTheFile) {
    const std::vector<std::string> args{"--nodaemonize", "--fpm-config", "/etc/php/8.2/fpm/php-fpm.conf"};
    const auto php = program("/usr/sbin/php-fpm8.2", args);
    const std::string title = "php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)";
    for (const auto padding : {Padding::toTheEnd, Padding::none}) {
        EXPECT_EQ(answer(php, titled(executed("/usr/sbin/php-fpm8.2", args), title, padding)),
                  Answer::inferred);
        EXPECT_EQ(answer(php, titled(executed("/usr/sbin/php-fpm8.2", args), "php-fpm: master", padding)),
                  Answer::inferred);
    }
}

TEST(Titles, mayHaveOverwrittenTheirArgumentsInPart) {
    const auto worker = program("/usr/local/bin/thing", {"--queue", "1001"});
    auto facts = executed("/usr/local/bin/thing", {"--queue", "1001"});
    facts.argv = {"thing: busy", "bin/thing", "--queue", "1001"}; // strcpy(3) into argv[0]
    facts.argv[1] = std::string("/usr/local/bin/thing").substr(facts.argv[0].size() + 1);
    EXPECT_EQ(answer(worker, facts), Answer::inferred);
    facts.argv.back() = "1002";
    EXPECT_EQ(answer(worker, facts), Answer::no) << "what is left of them shows others";
}

TEST(Titles, mayBePaddedWithBlanks) {
    const auto ftp = program("/usr/sbin/vsftpd", {"/etc/vsftpd.conf"});
    auto facts = executed("/usr/sbin/vsftpd", {"/etc/vsftpd.conf"});
    std::string title = "vsftpd: LISTENER";
    title.resize(*facts.originalLength - 1, ' ');
    facts.argv = {title};
    EXPECT_EQ(answer(ftp, facts), Answer::inferred);
}

TEST(Titles, areNoEvidenceOfAnotherLength) {
    const auto worker = program("/usr/bin/worker", {"1001"});
    EXPECT_EQ(
        answer(worker, titled(executed("/usr/bin/worker", {"1001", "x"}), "worker: idle", Padding::none)),
        Answer::unclear);
    auto unreadable = titled(executed("/usr/bin/worker", {"1001"}), "worker: idle", Padding::none);
    unreadable.originalLength.reset();
    unreadable.executedAs.clear();
    EXPECT_EQ(answer(worker, unreadable), Answer::unclear);
    auto elsewhere =
        titled(executed("/opt/b/worker", {"1001"}, "/usr/bin/worker"), "worker: idle", Padding::none);
    EXPECT_EQ(answer(worker, elsewhere), Answer::unclear) << "a link to the same file";
    elsewhere.exeFile = FileId{1, 43};
    EXPECT_EQ(answer(worker, elsewhere), Answer::no) << "another program";
}

TEST(Titles, ofAnotherScriptAreNoQuestion) {
    const auto app = program("/usr/bin/node", {"server.js"});
    const auto npm = executed("/usr/bin/node", {"/usr/bin/npm", "start"});
    EXPECT_EQ(answer(app, titled(npm, "npm start", Padding::toTheEnd)), Answer::no);
    EXPECT_EQ(answer(app, titled(npm, "server: idle", Padding::toTheEnd)), Answer::unclear);
    EXPECT_EQ(answer(app, titled(executed("/usr/bin/node", {"server.js"}), "node", Padding::toTheEnd)),
              Answer::inferred);
}

TEST(Arguments, thatAreIntactDecide) {
    const auto sleep = program("/usr/bin/sleep", {"1001"});
    EXPECT_EQ(answer(sleep, executed("/usr/bin/sleep", {"1002"})), Answer::no);
    EXPECT_EQ(answer(sleep, executed("/usr/bin/sleep", {"1001", ""})), Answer::no);
    EXPECT_EQ(answer(sleep, executed("/usr/bin/sleep", {})), Answer::no);
    auto renamed = executed("/usr/bin/sleep", {"1002"});
    renamed.argv.front() = "custom"; // exec -a
    renamed.argvLength = *(renamed.originalLength = lengthOf(renamed.argv));
    EXPECT_EQ(answer(sleep, renamed), Answer::no);
    renamed.argv.back() = "1001";
    EXPECT_EQ(answer(sleep, renamed), Answer::yes);
}

TEST(Links, toOneFileAreSeveralProcesses) {
    const auto a = program("/opt/a/venv/bin/python", {"-m", "worker"}, "/usr/bin/python3.11");
    const auto run = [](const std::string& path) {
        return executed(path, {"-m", "worker"}, "/usr/bin/python3.11");
    };
    EXPECT_EQ(answer(a, run("/opt/a/venv/bin/python")), Answer::yes);
    EXPECT_EQ(answer(a, run("/opt/b/venv/bin/python")), Answer::no);
    EXPECT_EQ(answer(a, run("/usr/bin/python3.11")), Answer::no);
    auto unread = run("/opt/b/venv/bin/python");
    unread.executedAs.clear();
    EXPECT_EQ(answer(a, unread), Answer::unclear) << "argv[0] alone may be spelt otherwise";
    const auto b = titled(run("/opt/b/venv/bin/python"), "worker: idle", Padding::toTheEnd);
    EXPECT_EQ(answer(a, b), Answer::no) << "the length is the same";
}

TEST(Links, areNotTakenForScripts) {
    const auto app = program("/usr/bin/perl", {"server.pl"});
    EXPECT_EQ(answer(app, titled(executed("/opt/app/other.pl", {"x"}, "/usr/bin/perl"), "other: idle",
                                 Padding::toTheEnd)),
              Answer::no);
}

TEST(Links, ofTheSameNameLeaveAQuestion) {
    const auto java = program("/usr/bin/java", {"-jar", "x.jar"}, "/usr/lib/jvm/17/bin/java");
    EXPECT_EQ(answer(java, executed("/usr/lib/jvm/17/bin/java", {"-jar", "x.jar"})), Answer::unclear);
    const auto versioned = program("/usr/bin/python3", {"-m", "worker"}, "/usr/bin/python3.11");
    EXPECT_EQ(answer(versioned, executed("/usr/bin/python3.11", {"-m", "worker"})), Answer::yes)
        << "a name of its version beside it";
}

TEST(Links, toDirectoriesAreSpellings) {
    auto sleep = program("/usr/bin/sleep", {"1001"});
    sleep.names = {"/usr/bin/sleep", "/bin/sleep"};
    EXPECT_EQ(answer(sleep, executed("/bin/sleep", {"1001"}, "/usr/bin/sleep")), Answer::yes);
    auto facts = executed("/srv/current/bin/sleep", {"1001"}, "/usr/bin/sleep");
    facts.executedPath = "/usr/bin/sleep";
    EXPECT_EQ(answer(sleep, facts), Answer::yes);
    auto relative = executed("./sleep", {"1001"}, "/usr/bin/sleep");
    relative.directory = "/usr/bin";
    EXPECT_EQ(answer(sleep, relative), Answer::yes);
    relative.directory = "/"; // since then
    EXPECT_EQ(answer(sleep, relative), Answer::yes) << "there is one file of that name";
}

TEST(Directory, distinguishesTheSameRelativeScript) {
    auto app = program("/usr/bin/perl", {"server.pl"});
    app.directory = "/srv/a";
    app.directoryFile = FileId{1, 500};
    app.relativeArgs = {"server.pl"};
    auto facts = executed("/usr/bin/perl", {"server.pl"});
    facts.directory = "/srv/a";
    EXPECT_EQ(answer(app, facts), Answer::yes);
    facts.directory = "/mnt/other-name-of-a";
    facts.directoryFile = FileId{1, 500};
    EXPECT_EQ(answer(app, facts), Answer::yes);
    facts.directory = "/srv/b";
    facts.directoryFile = FileId{1, 501};
    facts.inDirectory = {"server.pl"};
    EXPECT_EQ(answer(app, facts), Answer::no);
    facts.directory = "/";
    facts.inDirectory = {};
    EXPECT_EQ(answer(app, facts), Answer::unclear) << "it has changed its directory since";
    app.relativeArgs = {};
    EXPECT_EQ(answer(app, facts), Answer::yes);
}

TEST(Directory, isMeantByNamesOfFilesAndModules) {
    EXPECT_EQ(filesNamedBy("server.js").front(), "server.js");
    EXPECT_EQ(filesNamedBy("app.main:run")[1], "app.py");
    EXPECT_EQ(filesNamedBy("--config=web.yml").front(), "web.yml");
    EXPECT_EQ(filesNamedBy(".").front(), ".");
    for (const char* other : {"", "-m", "--port", "/etc/web.yml", "daemon off;"}) {
        EXPECT_TRUE(filesNamedBy(other).empty()) << other;
    }
}

Identity script(const std::string& command, const std::string& head, std::vector<std::string> args) {
    auto identity = program(command, std::move(args));
    identity.commandFile = FileId{1, 9};
    identity.script = parseScriptLine(head);
    if (identity.script->program == "perl" || identity.script->program == "python3") {
        identity.script->interpreterFile = kPerl;
    }
    return identity;
}

/// What the script has become: `argv`, executed as `path`.
ProcessFacts interpreted(const std::string& path, std::vector<std::string> argv, const std::string& exe) {
    auto facts = executed(path, {}, exe);
    facts.exeFile = kPerl;
    facts.argv = std::move(argv);
    facts.argvLength = lengthOf(facts.argv);
    facts.originalLength = facts.argvLength;
    return facts;
}

TEST(Scripts, areKnownBehindATrampoline) {
    const auto pip = script(
        "/opt/app/tramp",
        "#!/bin/sh\n'''exec' \"/a/very/long/path/bin/python3\" \"$0\" \"$@\"\n' '''\nimport x\n", {"x"});
    EXPECT_EQ(answer(pip, interpreted("/a/very/long/path/bin/python3",
                                      {"/a/very/long/path/bin/python3", "/opt/app/tramp", "x"},
                                      "/usr/bin/python3.11")),
              Answer::yes);
    EXPECT_EQ(answer(pip, interpreted("/a/very/long/path/bin/python3",
                                      {"/a/very/long/path/bin/python3", "/opt/app/tramp", "y"},
                                      "/usr/bin/python3.11")),
              Answer::no);
    const auto perl =
        script("/opt/app/tramp", "#!/bin/sh\nexec /usr/bin/perl -x \"$0\" \"$@\"\n#!perl\n", {"x"});
    EXPECT_EQ(answer(perl, interpreted("/usr/bin/perl", {"/usr/bin/perl", "-x", "/opt/app/tramp", "x"},
                                       "/usr/bin/perl")),
              Answer::yes);
    EXPECT_EQ(answer(perl, interpreted("/usr/bin/vim", {"vim", "/opt/app/tramp", "x"}, "/usr/bin/vim.basic")),
              Answer::no);
    const auto uv = script("/opt/app/tool", "#!/usr/bin/env -S uv run --script\n", {"x"});
    EXPECT_EQ(answer(uv, interpreted("/usr/bin/uv", {"uv", "run", "--script", "/opt/app/tool", "x"},
                                     "/usr/bin/uv")),
              Answer::yes);
    EXPECT_EQ(
        answer(uv, interpreted("/home/w/.cache/bin/python",
                               {"/home/w/.cache/bin/python", "/opt/app/tool", "x"}, "/usr/bin/python3.11")),
        Answer::yes);
}

TEST(Scripts, areKnownByARelativePathInTheirDirectory) {
    const auto rel = script("/opt/app/rel", "#!/usr/bin/perl\n", {"y"});
    auto facts = interpreted("./rel", {"/usr/bin/perl", "./rel", "y"}, "/usr/bin/perl");
    facts.directory = "/opt/app";
    facts.inDirectory = {"./rel"};
    EXPECT_EQ(answer(rel, facts), Answer::yes);
    facts.directory = "/srv/other";
    EXPECT_EQ(answer(rel, facts), Answer::no) << "there is a script of that name too";
    facts.directory = "/";
    facts.inDirectory = {};
    EXPECT_NE(answer(rel, facts), Answer::no) << "it has changed its directory since";
    facts.argv.back() = "z";
    EXPECT_EQ(answer(rel, facts), Answer::no);
}

TEST(Scripts, areKnownByThePathTheyWereExecutedAs) {
    const auto app = script("/opt/venv/bin/gunicorn", "#!/opt/venv/bin/python3\n", {"app:app"});
    const auto started =
        interpreted("/opt/venv/bin/gunicorn", {"/opt/venv/bin/python3", "/opt/venv/bin/gunicorn", "app:app"},
                    "/usr/bin/python3.11");
    EXPECT_EQ(answer(app, started), Answer::yes);
    EXPECT_EQ(answer(app, titled(started, "gunicorn: master [app:app]", Padding::toTheEnd)),
              Answer::inferred);
    auto longer = titled(started, "gunicorn: master [app:app]", Padding::none);
    longer.originalLength = *longer.originalLength + 5;
    EXPECT_EQ(answer(app, longer), Answer::unclear);
    auto other = titled(started, "gunicorn: master [app:app]", Padding::toTheEnd);
    other.executedAs = other.executedPath = "/srv/venv/bin/gunicorn";
    other.exeFile = FileId{1, 5};
    other.exe = "/srv/python";
    EXPECT_EQ(answer(app, other), Answer::no) << "of another environment";
}

TEST(Scripts, areNotEveryTitleOfTheirInterpreter) {
    const auto app = script("/opt/app/server.pl", "#!/usr/bin/perl\n", {"1"});
    const auto other = interpreted("/usr/bin/perl", {"/usr/bin/perl", "/opt/long/other.pl"}, "/usr/bin/perl");
    EXPECT_EQ(answer(app, other), Answer::no);
    EXPECT_EQ(answer(app, titled(other, "other: idle", Padding::toTheEnd)), Answer::no);
    EXPECT_TRUE(isNamedRightly(app, titled(other, "other: idle", Padding::toTheEnd), Voucher::user))
        << "its PID file may say so";
    EXPECT_FALSE(isNamedRightly(app, other, Voucher::user));
}

TEST(Users, mayChangeWhereRootVouchesForIt) {
    auto dropped = executed("/usr/sbin/dnsmasq", {});
    auto identity = program("/usr/sbin/dnsmasq", {});
    identity.uid = 0;
    EXPECT_FALSE(isNamedRightly(identity, dropped, Voucher::user));
    EXPECT_TRUE(isNamedRightly(identity, dropped, Voucher::root));
    EXPECT_EQ(answer(identity, dropped), Answer::no) << "nothing names it";
    dropped.exeFile = FileId{1, 43};
    EXPECT_FALSE(isNamedRightly(identity, dropped, Voucher::root)) << "another program";
    auto ordinary = program("/usr/sbin/dnsmasq", {});
    ordinary.uid = kUser + 1;
    EXPECT_FALSE(isNamedRightly(ordinary, executed("/usr/sbin/dnsmasq", {}), Voucher::root))
        << "only root becomes another";
}

} // namespace
} // namespace healer::core
