# SPDX-License-Identifier: Apache-2.0
"""All of N processes killed at once, for growing N, against the floor: what a death costs must not depend on N."""

import json
import os
import pathlib
import resource
import statistics
import time

from arena import Silence
from direct import Field, other_recovery
from report import Row

COUNTS = (1000, 2000, 4000, 8000, 10000)
ROUNDS = 3
REST = 2  # seconds in which a supervisor finishes its bookkeeping


def possible(counts):
    """Those for which the machine has descriptors and PIDs: both sides live at the same time."""
    descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    pids = int(pathlib.Path("/proc/sys/kernel/pid_max").read_text())
    return [count for count in counts if count + 1000 < descriptors and 2 * count + 4000 < pids]


def seconds_for(count):
    return 60 + count / 100


def deaths(directory):
    """(all, those with their cause, those with the sender of the signal) of the deaths in the history files."""
    found = []
    for file in (pathlib.Path(directory) / "run").rglob("*.history"):
        for line in file.read_text().splitlines():
            event = {key: value[1] for key, value in json.loads(line).items()}
            if event["event"] == "process-down":
                found.append((event["exit"] == "signaled", f"sent by PID {os.getpid()} " in event["reason"]))
    return len(found), sum(cause for cause, _ in found), sum(sender for _, sender in found)


def rounds_of(field, count):
    """Medians of the floor and of Healer; None where processes were still missing in the end."""
    times = [[], []]
    for _ in range(ROUNDS):
        for side in (0, 1):
            try:
                times[side].append(field.arenas[side].kill_all(seconds_for(count)))
            except Silence:
                return [statistics.median(t) if t else None for t in (times[0], [])]
            time.sleep(REST)
    return [statistics.median(t) for t in times]


def storm(build, directory, bus):
    rows = []
    for with_bus in (None, bus):
        for count in possible(COUNTS if with_bus is None else COUNTS[:3:2]):
            where = directory / f"storm-{count}-{'bus' if with_bus else 'alone'}"
            field = Field(build, where, with_bus, count, seconds_for(count))
            try:
                floor, healer = rounds_of(field, count)
                name = f"direct: all {count} killed, last one back" + (", with the bus" if with_bus else "")
                rows.append(Row(name, healer, "s", floor, "the floor", 1.2))
                time.sleep(REST)
                total, caused, sent = deaths(where)
                rows.append(Row("  deaths recorded with their cause and sender",
                                min(caused, sent) / total * 100 if total else None, "%"))
            finally:
                field.end()
    return rows + starts(build, directory, bus)


def starts(build, directory, bus):
    """Start, adoption and reload."""
    rows = []
    for count in possible((4000, 8000, 10000)):
        field = Field(build, directory / f"starts-{count}", bus, count, seconds_for(count))
        try:
            rows.append(Row(f"start to READY, {count} to start", field.healer.ready_after, "ms"))
            rows.append(Row(f"start to the last of {count} up", field.all_up_after, "s", field.floor_up_after,
                            "the floor"))
            time.sleep(8)
            rows.append(Row(f"reload, {count} unchanged", field.healer.reload(), "ms"))
            rows.append(Row(f"reload, {count} changed", field.healer.reload(other_recovery), "ms"))
            field.healer.end()
            field.healer.start()
            rows.append(Row(f"start to READY, {count} running already", field.healer.ready_after, "ms"))
        finally:
            field.end()
    return rows
