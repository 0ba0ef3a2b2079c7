// SPDX-License-Identifier: Apache-2.0
#include "healerctl/commands.hpp"

#include "healerctl/change_text.hpp"
#include "healerctl/dependency_report.hpp"
#include "healerctl/reports.hpp"
#include "healerctl/socket_scan.hpp"
#include "healerctl/text.hpp"

#include <map>
#include <optional>
#include <ostream>
#include <utility>

namespace healer::healerctl {

namespace {

using nlohmann::json;

constexpr std::uint32_t kStatusLines = 10;
constexpr std::uint32_t kHistoryLines = 50;
constexpr std::uint32_t kWhyLines = 100;
constexpr const char* kNoSuchProcessError = "org.healer.Error.NoSuchProcess";

std::uint32_t lines(const Options& options, std::uint32_t normally) {
    return options.lines == 0 ? normally : options.lines;
}

bool asJson(const Terminal& terminal) {
    return terminal.json != JsonStyle::off;
}

/// Says what went wrong with this process, and which name may have been meant.
int reportFor(const std::string& name, Daemon& daemon, const Terminal& terminal, const CallFailure& failure) {
    if (failure.name() != kNoSuchProcessError) {
        terminal.err << "healerctl: " << printable(name) << ": " << inLines(failure.what(), 4) << '\n';
        return kFailed;
    }
    std::vector<std::string> names;
    try {
        for (const ProcessStatus& process : daemon.processes()) {
            names.push_back(process.name);
        }
    } catch (const CallFailure&) {
        names.clear();
    }
    const std::string meant = nearest(name, names);
    terminal.err << "healerctl: no such process: " << typed(name)
                 << (meant.empty() ? "" : "; did you mean " + printable(meant) + "?") << '\n';
    return kNoSuchProcess;
}

/// Does something for each name, goes on after a failure, and ends with the first exit status that is not 0.
template <typename Body>
int forEachName(const std::vector<std::string>& names, Daemon& daemon, const Terminal& terminal,
                Body&& body) {
    int status = kDone;
    for (const std::string& name : names) {
        int one = kDone;
        try {
            one = body(name);
        } catch (const CallFailure& failure) {
            one = reportFor(name, daemon, terminal, failure);
        }
        status = status == kDone ? one : status;
    }
    return status;
}

int list(const Options& options, Daemon& daemon, const Terminal& terminal) {
    std::vector<ProcessStatus> processes;
    int status = kDone;
    if (options.arguments.empty()) {
        processes = daemon.processes();
    } else {
        status = forEachName(options.arguments, daemon, terminal, [&](const std::string& name) {
            processes.push_back(daemon.process(name));
            return kDone;
        });
    }
    if (asJson(terminal)) {
        json documents = json::array();
        for (const ProcessStatus& process : processes) {
            documents.push_back(process.properties);
        }
        printJson(terminal, documents);
    } else if (options.arguments.empty() || !processes.empty()) {
        printTable(terminal, processes);
    }
    return status;
}

int status(const Options& options, Daemon& daemon, const Terminal& terminal) {
    if (options.arguments.empty()) {
        const ManagerStatus manager = daemon.manager();
        asJson(terminal) ? printJson(terminal, manager.properties) : printManager(terminal, manager);
        return kDone;
    }
    bool first = true;
    return forEachName(options.arguments, daemon, terminal, [&](const std::string& name) {
        const ProcessStatus process = daemon.process(name);
        const std::vector<HistoryEvent> history = daemon.history(name, lines(options, kStatusLines));
        if (asJson(terminal)) {
            json document = process.properties;
            document["History"] = entriesOf(history);
            printJson(terminal, document);
        } else {
            terminal.out << (first ? "" : "\n");
            printStatus(terminal, process, history);
        }
        first = false;
        return process.isUp() ? kDone : kNotUp;
    });
}

/// How it is after a request; none where Healer cannot be asked any longer.
std::optional<ProcessStatus> statusAfter(Daemon& daemon, const std::string& name) {
    try {
        return daemon.process(name);
    } catch (const CallFailure&) {
        return std::nullopt;
    }
}

int change(const Options& options, Daemon& daemon, const Terminal& terminal) {
    static const std::map<std::string, Verb> kVerbs{{"start", Verb::start},     {"stop", Verb::stop},
                                                    {"restart", Verb::restart}, {"pause", Verb::pause},
                                                    {"resume", Verb::resume},   {"reset", Verb::reset}};
    const Verb verb = kVerbs.at(options.command);
    return forEachName(options.arguments, daemon, terminal, [&](const std::string& name) {
        Change change{.verb = verb, .before = daemon.process(name), .pid = {}, .after = {}};
        change.pid = daemon.change(verb, name);
        change.after = statusAfter(daemon, name);
        if (asJson(terminal)) {
            json document{{"Name", name}, {"Done", options.command}};
            if (change.pid) {
                document["PID"] = *change.pid;
            }
            if (change.after) {
                document["State"] = change.after->stateWord;
            }
            printJson(terminal, document);
        } else {
            terminal.out << printable(name) << ": " << changeText(change) << '\n';
        }
        terminal.out.flush();
        return kDone;
    });
}

int reload(const Options&, Daemon& daemon, const Terminal& terminal) {
    const json outcome = daemon.reload();
    if (asJson(terminal)) {
        printJson(terminal, outcome);
        return kDone;
    }
    bool any = false;
    for (const char* kind : {"Added", "Changed", "Removed"}) {
        for (const json& name : outcome.at(kind)) {
            terminal.out << kind << ' ' << printable(name.get<std::string>()) << '\n';
            any = true;
        }
    }
    terminal.out << (any ? "" : "Nothing changed\n");
    return kDone;
}

int history(const Options& options, Daemon& daemon, const Terminal& terminal) {
    const auto print = [&](const std::string& name) {
        const std::vector<HistoryEvent> entries = daemon.history(name, lines(options, kHistoryLines));
        using Names = HistoryStyle::Names;
        asJson(terminal)
            ? printJson(terminal, entriesOf(entries))
            : printHistory(terminal, entries,
                           {.names = options.arguments.size() == 1 ? Names::hidden : Names::shown});
        return kDone;
    };
    return options.arguments.empty() ? print("") : forEachName(options.arguments, daemon, terminal, print);
}

int why(const Options& options, Daemon& daemon, const Terminal& terminal) {
    bool first = true;
    return forEachName(options.arguments, daemon, terminal, [&](const std::string& name) {
        Evidence evidence{.process = daemon.process(name),
                          .history = daemon.history(name, lines(options, kWhyLines)),
                          .processes = daemon.processes(),
                          .observeOnly = daemon.manager().observeOnly,
                          .nowUsec = terminal.nowUsec,
                          .host = options.host,
                          .container = options.container};
        terminal.out << (first || asJson(terminal) ? "" : "\n");
        first = false;
        (asJson(terminal) ? printWhyAsJson : printWhy)(terminal, evidence, explain(evidence));
        return kDone;
    });
}

int suggest(Daemon& daemon, const Terminal& terminal) {
    const std::vector<ProcessStatus> processes = daemon.processes();
    std::vector<std::pair<std::string, pid_t>> running;
    for (const ProcessStatus& process : processes) {
        if (process.pid != 0) {
            running.emplace_back(process.name, static_cast<pid_t>(process.pid));
        }
    }
    const SocketScan scan = scanSockets(running);
    for (const std::string& failure : scan.failures) {
        terminal.err << "healerctl: " << printable(failure) << '\n';
    }
    printSuggestions(terminal, processes, findEdges(scan.holders, scan.networks));
    return scan.failures.empty() ? kDone : kFailed;
}

int dependencies(const Options& options, Daemon& daemon, const Terminal& terminal) {
    if (options.suggest) {
        return suggest(daemon, terminal);
    }
    const auto print = [&](const std::optional<std::string>& name) {
        if (name) {
            (void)daemon.process(*name);
        }
        (asJson(terminal) ? printDependenciesAsJson : printDependencies)(terminal, daemon.processes(), name);
        return kDone;
    };
    return options.arguments.empty() ? print(std::nullopt)
                                     : forEachName(options.arguments, daemon, terminal, print);
}

} // namespace

int mustKnow(const std::vector<std::string>& names, Daemon& daemon, const Terminal& terminal) {
    return forEachName(names, daemon, terminal, [&daemon](const std::string& name) {
        (void)daemon.process(name);
        return kDone;
    });
}

int report(const Terminal& terminal, const CallFailure& failure) {
    terminal.err << "healerctl: " << inLines(failure.what(), 4) << '\n';
    return failure.name() == kNoSuchProcessError ? kNoSuchProcess : kFailed;
}

int runCommand(const Options& options, Daemon& daemon, const Terminal& terminal) {
    using Command = int (*)(const Options&, Daemon&, const Terminal&);
    static const std::map<std::string, Command> kReaders{{"list", list},     {"status", status},
                                                         {"reload", reload}, {"history", history},
                                                         {"why", why},       {"deps", dependencies}};
    try {
        const auto reader = kReaders.find(options.command);
        return (reader == kReaders.end() ? change : reader->second)(options, daemon, terminal);
    } catch (const CallFailure& failure) {
        return report(terminal, failure);
    }
}

} // namespace healer::healerctl
