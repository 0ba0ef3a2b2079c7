// SPDX-License-Identifier: Apache-2.0
#include "machine/scene.hpp"

#include "core/unit_name.hpp"
#include "machine/machine.hpp"

#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace healer::machine {

namespace {

namespace fs = std::filesystem;

const std::string kProbe = "      - {type: exec, command: BIN/probe, args: [probe, NAME], interval_secs: 2, "
                           "failure_threshold: 2, start_grace_secs: 5}\n";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
    return text;
}

void writeProgram(const fs::path& path) {
    std::ofstream(path) << "\x7f"
                           "ELF";
    fs::permissions(path, fs::perms(0755));
}

} // namespace

Scene::Scene(Machine& machine, const std::string& folder) {
    const fs::path bin = fs::path(folder) / "bin";
    fs::create_directories(bin);
    const bool service = !machine.random().oneIn(3);
    const std::string asRoot = ::geteuid() == 0 ? "    run_as_root: true\n" : "";
    std::string text = std::string("launch: ") + (service ? "service" : "direct") + "\nprocesses:\n";
    const auto add = [&](const std::string& name, const std::string& body) {
        Entry entry{.name = name, .program = (bin / name).string()};
        writeProgram(entry.program);
        entry.isUnit = body.find("    unit:") != std::string::npos;
        entry.isJob = body.find("restart_on: failure") != std::string::npos;
        entry.probed = body.find("exec") != std::string::npos;
        entry.unit = entry.isUnit ? name + ".service" : service ? core::transientUnitName(name) : "";
        text += "  - name: " + name + "\n" + replaced(replaced(body, "BIN", bin.string()), "NAME", name) +
                (entry.isUnit && !entry.probed ? "" : asRoot) +
                "    recovery: {retries: 3, retry_window_secs: 60, cooldown_secs: 60" +
                (entry.isJob ? ", restart_on: failure" : "") + "}\n";
        entries_.push_back(std::move(entry));
    };
    const auto command = [](const std::string& role, const std::string& monitors) {
        return "    command: BIN/NAME\n    args: [" + role + ", NAME" +
               (role == "fork" ? ", BIN/NAME.pid" : "") + "]\n    monitors:\n" + monitors;
    };
    const std::string ebpf = "      - {type: ebpf}\n";
    writeProgram(bin / "probe");
    add("web", command("plain", ebpf));
    add("probed", command("plain", ebpf + kProbe));
    add("legacy", command("fork", "      - {type: pid, pid_file_path: BIN/NAME.pid}\n"));
    add("tree", command("worker", ebpf));
    add("job", command("job", ebpf) + "    # restart_on: failure\n");
    add("db", "    unit: db.service\n    monitors:\n      - {type: unit}\n" + kProbe);
    add("app", "    unit: app.service\n    dependencies: auto\n");
    add("self", "    unit: self.service\n");
    add("old", "    unit: old.service\n");
    std::ofstream(fs::path(folder) / "config.yaml") << text;
    fs::permissions(fs::path(folder) / "config.yaml", fs::perms(0600));

    const auto file = [&](const std::string& name, const std::string& role) {
        UnitFile unit{.argv = {(bin / name).string(), role, name}, .type = "simple"};
        unit.wanted = machine.random().oneIn(2);
        return unit;
    };
    machine.pid1().install("db.service", file("db", "plain"));
    UnitFile app = file("app", "plain");
    (machine.random().oneIn(2) ? app.requires_ : app.bindsTo).push_back("db.service");
    app.after = {"db.service"};
    app.wanted = true;
    machine.pid1().install("app.service", app);
    UnitFile self = file("self", "plain");
    self.restart = machine.random().oneIn(2) ? "on-failure" : "always";
    machine.pid1().install("self.service", self);
    UnitFile old = file("old", "fork");
    old.type = "forking";
    old.pidFile = (bin / "old.pid").string();
    old.argv.push_back(old.pidFile);
    machine.pid1().install("old.service", old);
    // Something else depends on db, and systemd alone looks after it.
    UnitFile other{.argv = {(bin / "web").string(), "plain", "other"}, .type = "simple", .wanted = true};
    other.requires_ = {"db.service"};
    other.after = {"db.service"};
    machine.pid1().install("other.service", other);
}

const Entry* Scene::find(const std::string& name) const {
    for (const auto& entry : entries_) {
        if (entry.name == name) {
            return &entry;
        }
    }
    return nullptr;
}

const Entry* Scene::ofUnit(const std::string& unit) const {
    for (const auto& entry : entries_) {
        if (!unit.empty() && entry.unit == unit) {
            return &entry;
        }
    }
    return nullptr;
}

} // namespace healer::machine
