# SPDX-License-Identifier: Apache-2.0
"""Processes that Healer launches itself, against the floor."""

import json
import random
import re
import statistics
import time

from arena import Arena
from report import Row
from supervisors import Floor, Healer, config, cpu_nanoseconds, pss_kib

KILLS = 300
PAUSE = 0.01  # lets a supervisor finish its bookkeeping before the next kill
COLD_KILLS = 40
COLD_PAUSE = 0.5  # each side in turn: one kill a second, so that caches and processors are asleep


class Field:
    """The floor and Healer side by side, with `count` victims each."""

    def __init__(self, build, directory, bus, count, seconds=120):
        programs = build / "test" / "bench"
        directory.mkdir()
        self.count = count
        self.healer = None
        self.arenas = [Arena(directory / "floor.fifo"), Arena(directory / "healer.fifo")]
        began = time.monotonic_ns()
        self.floor = Floor(programs, self.arenas[0].fifo, count)
        try:
            self.arenas[0].wait_for_all(count, seconds)
            self.floor_up_after = max(self.arenas[0].began.values()) - began
            self.healer = Healer(build, directory, bus,
                                 config("direct", programs / "bench-victim", self.arenas[1].fifo, count))
            began = time.monotonic_ns()
            self.healer.start()
            self.arenas[1].wait_for_all(count, seconds)
            self.all_up_after = max(self.arenas[1].began.values()) - began
        except BaseException:
            self.end()
            raise

    def end(self):
        self.floor.end()
        if self.healer:
            self.healer.end()
        for arena in self.arenas:
            arena.clear()


def one_at_a_time(field):
    """Medians of kill to main() and of kill to notice, floor and Healer."""
    times, notices, kills = [[], []], [[], []], {}
    for _ in range(KILLS):
        index = random.randrange(field.count)
        for side in (0, 1):
            pid = field.arenas[side].pids[index]
            took, killed = field.arenas[side].kill(index)
            times[side].append(took)
            if side == 0:
                notices[0].append(field.arenas[0].notice_of(index, killed))
            else:
                kills[pid] = time.time_ns() - (time.monotonic_ns() - killed)
            time.sleep(PAUSE)
    # A process keeps its last 100 events; a kill makes a few of them.
    for entry in json.loads(field.healer.call("GetHistory", "su", "", "100000"))["data"][0]:
        event = {key: value["data"] for key, value in entry.items()}
        if event["event"] == "process-down" and event["pid"] in kills:
            notices[1].append(event["time_usec"] * 1000 - kills[event["pid"]])
    return [statistics.median(t) for t in times], [statistics.median(n) if n else None for n in notices]


def cold(field):
    """Medians of kill to main() with one kill a second."""
    times = [[], []]
    for _ in range(COLD_KILLS):
        for side in (0, 1):
            time.sleep(COLD_PAUSE)
            times[side].append(field.arenas[side].kill(random.randrange(field.count))[0])
    return [statistics.median(t) for t in times]


def direct(build, directory, bus):
    rows = []
    for count in (1, 1000):
        field = Field(build, directory / f"direct-{count}", bus, count)
        try:
            (floor, healer), (floor_notice, healer_notice) = one_at_a_time(field)
            rows.append(Row(f"direct: kill to main(), {count} watched", healer, "ms", floor, "the floor", 1.3))
            floor, healer = cold(field)
            rows.append(Row("  the same, one kill a second", healer, "ms", floor, "the floor"))
            if healer_notice is not None:
                rows.append(Row(f"eBPF: kill to notice, {count} watched", healer_notice, "ms", floor_notice,
                                "waitpid of the floor"))
        finally:
            field.end()
    return rows


def other_recovery(text):
    """The same configuration with other recovery settings in every entry."""
    return re.sub(r"(cooldown_secs: )\d+", r"\g<1>77", text)


def idle(build, directory, bus, seconds=30):
    rows = []
    for count in (1, 1000):
        field = Field(build, directory / f"idle-{count}", bus, count)
        try:
            time.sleep(8)  # past the tidying after the start
            pids = [field.floor.process.pid, field.healer.process.pid]
            before = [cpu_nanoseconds(pid) for pid in pids]
            time.sleep(seconds)
            used = [cpu_nanoseconds(pid) - start for pid, start in zip(pids, before)]
            memory = [pss_kib(pid) / 1024 for pid in pids]
            rows.append(Row(f"CPU over {seconds} idle s, {count} watched", used[1], "ms", used[0], "the floor"))
            rows.append(Row(f"memory (PSS), {count} watched", memory[1], "MB", memory[0], "the floor"))
            if count > 1:
                rows.append(Row(f"start to READY, {count} to start", field.healer.ready_after, "ms"))
                rows.append(Row(f"start to the last of {count} up", field.all_up_after, "s"))
                rows.append(Row(f"reload, {count} unchanged", field.healer.reload(), "ms"))
                rows.append(Row(f"reload, {count} changed", field.healer.reload(other_recovery), "ms"))
                field.healer.end()
                field.healer.start()
                rows.append(Row(f"start to READY, {count} running already", field.healer.ready_after, "ms"))
        finally:
            field.end()
    return rows
