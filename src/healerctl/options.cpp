// SPDX-License-Identifier: Apache-2.0
#include "healerctl/options.hpp"

#include "healerctl/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace healer::healerctl {

namespace {

struct Command {
    std::string_view name;
    std::size_t atLeast;
    std::size_t atMost;
};

constexpr std::size_t kAnyNumber = 100'000;
constexpr std::array<Command, 15> kCommands{{{"list", 0, kAnyNumber},
                                             {"status", 0, kAnyNumber},
                                             {"start", 1, kAnyNumber},
                                             {"stop", 1, kAnyNumber},
                                             {"restart", 1, kAnyNumber},
                                             {"pause", 1, kAnyNumber},
                                             {"resume", 1, kAnyNumber},
                                             {"reset", 1, kAnyNumber},
                                             {"reload", 0, 0},
                                             {"watch", 0, kAnyNumber},
                                             {"history", 0, kAnyNumber},
                                             {"why", 1, kAnyNumber},
                                             {"check", 0, 1},
                                             {"deps", 0, kAnyNumber},
                                             {"simulate", 1, 1}}};

std::vector<std::string> commandNames() {
    std::vector<std::string> names;
    names.reserve(std::size(kCommands));
    for (const Command& command : kCommands) {
        names.emplace_back(command.name);
    }
    return names;
}

/// Done by the program healer here, not by the daemon.
bool isLocal(std::string_view command) {
    return command == "check" || command == "simulate";
}

/// A host, container or option value that a program further down could take for something else.
bool isSafeTarget(const std::string& text) {
    return !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == '@' || c == ':' || c == '[' ||
               c == ']';
    });
}

std::optional<std::uint32_t> toNumber(const std::string& text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && number > 0 ? std::optional(number)
                                                                                  : std::nullopt;
}

class Parser {
public:
    explicit Parser(const std::vector<std::string>& arguments) : rest_(arguments) {}

    ParsedOptions parse() {
        bool optionsEnded = false;
        while (next_ < rest_.size() && !result_) {
            const std::string word = rest_[next_++];
            if (optionsEnded || word.size() < 2 || word.front() != '-') {
                words_.push_back(word);
            } else if (word == "--") {
                optionsEnded = true;
            } else {
                option(word);
            }
        }
        if (!result_) {
            command();
        }
        return result_ ? *result_ : ParsedOptions(options_);
    }

private:
    void fail(std::string message) { result_ = UsageError{std::move(message)}; }

    /// The value of an option given as "--name=value", "--name value", "-nvalue" or "-n value".
    std::optional<std::string> value(const std::string& name, const std::optional<std::string>& attached) {
        if (attached) {
            return attached;
        }
        if (next_ < rest_.size()) {
            return rest_[next_++];
        }
        fail(name + " needs a value");
        return std::nullopt;
    }

    void option(const std::string& word) {
        std::string name = word;
        std::optional<std::string> attached;
        if (const auto equals = word.find('='); word.starts_with("--") && equals != std::string::npos) {
            name = word.substr(0, equals);
            attached = word.substr(equals + 1);
        } else if (!word.starts_with("--") && word.size() > 2) {
            name = word.substr(0, 2);
            attached = word.substr(2);
        }
        if (name == "-h" || name == "--help") {
            result_ = HelpWanted{};
        } else if (name == "-V" || name == "--version") {
            result_ = VersionWanted{};
        } else if (name == "--no-color" && !attached) {
            options_.noColor = true;
        } else if (name == "--no-ask-password" && !attached) {
            options_.noAskPassword = true;
        } else if (name == "--suggest" && !attached) {
            options_.suggest = true;
        } else if (name == "--json" || name == "--bus" || name == "-H" || name == "--host" || name == "-M" ||
                   name == "--machine" || name == "-n" || name == "--lines" || name == "-c" ||
                   name == "--config") {
            if (const auto text = value(name, attached)) {
                assign(name, *text);
            }
        } else {
            fail("unknown option " + printable(word));
        }
    }

    void assign(const std::string& name, const std::string& text) {
        if (name == "--json") {
            json(text);
        } else if (name == "--bus") {
            if (text != "system" && text != "session" && text.find(':') == std::string::npos) {
                fail("--bus takes system, session, or an address such as unix:path=/run/bus");
            }
            options_.bus = text;
        } else if (name == "-n" || name == "--lines") {
            const auto number = toNumber(text);
            number ? void(options_.lines = *number) : fail(name + " takes a number above 0");
        } else if (name == "-c" || name == "--config") {
            options_.config = text;
        } else {
            const bool host = name == "-H" || name == "--host";
            if (!isSafeTarget(text)) {
                fail(std::string("that is no name of a ") + (host ? "host" : "container") + ": " + text);
            }
            (host ? options_.host : options_.container) = text;
        }
    }

    void json(const std::string& text) {
        if (text == "short") {
            options_.json = JsonStyle::shortLines;
        } else if (text == "pretty") {
            options_.json = JsonStyle::pretty;
        } else if (text == "off") {
            options_.json = JsonStyle::off;
        } else {
            fail("--json takes short, pretty or off");
        }
    }

    void command() {
        if (!words_.empty()) {
            options_.command = words_.front();
            options_.arguments.assign(words_.begin() + 1, words_.end());
        }
        const auto* const known = std::find_if(kCommands.begin(), kCommands.end(), [this](const Command& c) {
            return c.name == options_.command;
        });
        if (known == kCommands.end()) {
            const std::string meant = nearest(options_.command, commandNames());
            fail("unknown command " + typed(options_.command) +
                 (meant.empty() ? "" : "; did you mean " + meant + "?"));
        } else if (options_.arguments.size() < known->atLeast) {
            fail(options_.command + " needs the name of a " +
                 (options_.command == "simulate" ? "scenario file" : "process"));
        } else if (options_.arguments.size() > known->atMost) {
            fail("too many arguments for " + options_.command);
        } else if (!options_.host.empty() && !options_.container.empty()) {
            fail("--host and --machine exclude each other");
        } else if (isLocal(options_.command) && (!options_.host.empty() || !options_.container.empty())) {
            fail(options_.command +
                 " reads files of this machine, so it goes without --host and --machine; log in there");
        } else if (options_.suggest) {
            suggestion();
        } else if (options_.config && options_.command != "simulate") {
            fail("--config goes with simulate only");
        }
    }

    void suggestion() {
        if (options_.command != "deps" || !options_.arguments.empty()) {
            fail("--suggest goes with deps alone");
        } else if (!options_.host.empty() || !options_.container.empty()) {
            fail("--suggest looks at the sockets of this machine, so it goes without --host and --machine");
        }
    }

    const std::vector<std::string>& rest_;
    std::size_t next_ = 0;
    std::vector<std::string> words_;
    Options options_;
    std::optional<ParsedOptions> result_;
};

} // namespace

ParsedOptions parseOptions(const std::vector<std::string>& arguments) {
    return Parser(arguments).parse();
}

bool changesSomething(std::string_view command) {
    constexpr std::array<std::string_view, 7> kChanging{"start",  "stop",  "restart", "pause",
                                                        "resume", "reset", "reload"};
    return std::find(kChanging.begin(), kChanging.end(), command) != kChanging.end();
}

std::string_view helpText() {
    return R"(healerctl [OPTION...] COMMAND

Shows and controls the processes that Healer keeps running.

Commands:
  list [NAME...]       All processes (the default), or these
  status [NAME...]     One process in detail, or Healer as a whole
  start NAME...        Start it, in any breaker state
  stop NAME...         Stop it, and leave it stopped
  restart NAME...      Stop and start it, in any breaker state
  pause NAME...        Go on watching it, do not recover it
  resume NAME...       End a pause
  reset NAME...        Close the breaker and forget the counted restarts
  reload               Read the configuration again
  watch [NAME...]      Show events as they come
  history [NAME...]    The last events
  why NAME...          Why it is in its state, what happened, what comes next, what to type
  deps [NAME...]       What depends on what, and the state of each
  deps --suggest       Dependencies seen on the running system, as YAML to take over
  check [FILE]         Validate a configuration file
  simulate SCENARIO    Play a scenario on fake time and show what Healer would do

Options:
  --json=short|pretty|off   Machine-readable output
  -n, --lines=N             How many events history and status show, and why looks at
  -H, --host=[USER@]HOST    Talk to the Healer of another host, by ssh
  -M, --machine=CONTAINER   Talk to the Healer of a local container
  --bus=system|session|ADDRESS
  -c, --config=FILE         The configuration that simulate plays with
  --suggest                 With deps: what is seen on the running system
  --no-ask-password         Do not ask for a password on the terminal
  --no-color                No colours on the terminal (also: NO_COLOR in the environment)
  -h, --help
  -V, --version

Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 status of a process that is not up, 4 no such process.
)";
}

} // namespace healer::healerctl
