# SPDX-License-Identifier: Apache-2.0
"""The cost in the kernel of the exit of an unwatched process."""

import json
import pathlib
import subprocess

from direct import Field
from report import Row
from supervisors import bpf_programs, end

EXITS = 50000
STATISTICS = pathlib.Path("/proc/sys/kernel/bpf_stats_enabled")


def spent(programs):
    """(nanoseconds, runs) of the busiest of these BPF programs so far."""
    found = []
    for number in programs:
        shown = json.loads(subprocess.run(["bpftool", "-j", "prog", "show", "id", str(number)], check=True,
                                          capture_output=True, text=True).stdout)
        found.append((shown.get("run_time_ns", 0), shown.get("run_cnt", 0), number))
    return {number: (nanoseconds, runs) for nanoseconds, runs, number in found}


def per_run(before, after):
    """Nanoseconds a run of all programs of one owner together, over the runs of the one that ran most."""
    nanoseconds = sum(after[number][0] - before[number][0] for number in after)
    runs = max(after[number][1] - before[number][1] for number in after)
    return nanoseconds / runs if runs else None


def storm(programs):
    return int(subprocess.run([programs / "bench-storm", str(EXITS)], check=True, capture_output=True).stdout)


def kernel(build, directory, bus):
    programs = build / "test" / "bench"
    lookup = subprocess.Popen([programs / "bench-lookup", programs / "lookup.bpf.o"], stdout=subprocess.PIPE)
    if lookup.stdout.readline() != b"ready\n":
        raise RuntimeError("the look-up program does not load")
    field = Field(build, directory / "kernel", bus, 1000)
    old = STATISTICS.read_text()
    try:
        owners = [bpf_programs(lookup.pid), bpf_programs(field.healer.process.pid)]
        if not owners[1]:
            raise RuntimeError("Healer holds no BPF program")
        STATISTICS.write_text("1")
        before = [spent(owner) for owner in owners]
        storm(programs)
        after = [spent(owner) for owner in owners]
        STATISTICS.write_text(old)
        floor, healer = (per_run(*both) for both in zip(before, after))
        life = storm(programs)
    finally:
        STATISTICS.write_text(old)
        end(lookup)
        field.end()
    return [Row("eBPF: an unwatched exit", healer, "ns", floor, "a single look-up"),
            Row("  the same, of a whole vfork and exit", healer / life * 100, "%")]
