# SPDX-License-Identifier: Apache-2.0
"""service.py INIT ROOT ARENAS VICTIM: the measurements of ./service; INIT is the container's PID 1 as seen from outside."""

import json
import pathlib
import statistics
import subprocess
import sys
import time

from arena import Arena
from supervisors import config

KILLS = 300
PAUSE = 0.03


class Container:
    def __init__(self, init, root):
        self.init = init
        self.root = pathlib.Path(root)

    def run(self, *command):
        subprocess.run(["nsenter", "-t", self.init, "-m", "-u", "-i", "-n", "-p", "-C", "--", *command], check=True,
                       stdout=subprocess.DEVNULL)

    def systemd(self, count):
        self.run("systemctl", "start", *[f"bench@{index}.service" for index in range(count)])

    def healer(self, count, fifo, victim):
        text = config("service", victim, fifo, count)
        path = self.root / "etc" / "healer" / "config.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        self.run("systemctl", "restart", "healer")


def row(what, baseline, healer, unit, budget=None):
    print(json.dumps({"what": what, "healer": healer, "unit": unit, "baseline": baseline, "beside": "systemd",
                      "budget": budget}), flush=True)


def kills(arena, count):
    times = []
    for number in range(KILLS):
        times.append(arena.kill(number * 7 % count)[0])
        time.sleep(PAUSE)
    return times


def main():
    container = Container(*sys.argv[1:3])
    inside, victim = sys.argv[3:5]
    outside = container.root / inside.lstrip("/")
    arenas = [Arena(outside / f"{name}.fifo") for name in ("systemd", "healer")]

    container.systemd(1)
    container.healer(1, f"{inside}/healer.fifo", victim)
    for arena in arenas:
        arena.wait_for_all(1)
    times = [[], []]
    for _ in range(KILLS):
        for side in (0, 1):
            times[side].append(arenas[side].kill(0)[0])
            time.sleep(PAUSE)
    row("service: kill to main(), 1 watched", *map(statistics.median, times), "ms", 1.0)

    # One after the other: a thousand units slow PID 1 down for all measurements.
    container.systemd(1000)
    arenas[0].wait_for_all(1000)
    systemd = statistics.median(kills(arenas[0], 1000)), arenas[0].kill_all()
    container.run("systemctl", "stop", "bench@*.service")
    container.healer(1000, f"{inside}/healer.fifo", victim)
    arenas[1].wait_for_all(1000)
    healer = statistics.median(kills(arenas[1], 1000)), arenas[1].kill_all()
    row("service: kill to main(), 1000 watched", systemd[0], healer[0], "ms", 1.0)
    row("service: all 1000 killed, last one back", systemd[1], healer[1], "s")


main()
