# SPDX-License-Identifier: Apache-2.0
"""Collects what was measured and shows it as one table."""

import dataclasses
import datetime
import pathlib
import platform

UNITS = {"ns": (1, "ns"), "us": (1e3, "µs"), "ms": (1e6, "ms"), "s": (1e9, "s")}


@dataclasses.dataclass
class Row:
    what: str
    healer: float
    unit: str
    baseline: float | None = None
    beside: str = ""
    budget: float | None = None

    def cells(self):
        ratio = self.healer / self.baseline if self.baseline else None
        verdict = ""
        if self.budget is not None and ratio is not None:
            verdict = f"{self.budget:.1f} {'✓' if ratio <= self.budget else '✗'}"
        return [self.what, self._value(self.healer), self._value(self.baseline), self.beside,
                f"{ratio:.2f}" if ratio is not None else "", verdict]

    def _value(self, value):
        if value is None:
            return ""
        if self.unit in UNITS:
            scale, name = UNITS[self.unit]
            return f"{value / scale:.3g} {name}"
        return f"{value:.3g} {self.unit}"


HEAD = ["what", "Healer", "baseline", "which is", "ratio", "budget"]


def table(rows):
    cells = [HEAD] + [row.cells() for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.machine()


def document(rows, cores):
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return f"""# Benchmarks

Each number stands beside a baseline that was measured in the same run on the same machine. Ratios can be compared between
machines, absolute times cannot. A budget is the highest ratio that we accept.

{table(rows)}

{today}, {cores} processors ({processor()}), Linux {platform.release().split("-")[0]}, optimised build (release preset).

A ✗ marks a budget that is not met in this run; the ratios of services move by a tenth and more from run to run. Absolute budgets: memory under 10 MB with one process and under 9 MB with 1,000, an unwatched
exit at most 250 ns, no CPU when nothing happens.

## How to repeat it

`sudo ./dev bench` measures all of this in some minutes, prints the table and writes this file. The machine should be idle.
`sudo ./dev bench direct` measures only that group; the groups are `direct`, `kernel`, `storm`, `idle` and `service`, and the file is
written only when all of them were measured.

## What is measured

- A victim is a static C program. The first thing that its `main()` does is to read the clock; it then reports that through a FIFO.
  *Kill to main()* is from just before `kill(2)` to that reading. Medians of 300 kills, one at a time, Healer and the baseline
  in turn. *One kill a second*: 40 kills of each side, with processors and caches asleep in between.
- *The floor* is a loop of `waitpid` and `posix_spawn`: no supervisor can do less.
- *Notice*: from the kill to the time in Healer's history (of the kills that are still in it), or to the return of `waitpid` in the floor.
- *systemd* is `Restart=always RestartSec=0` without a start limit, in the container in which Healer runs with `launch: service`.
- *All N killed*: from just before the first `kill(2)` to the `main()` of the last successor, medians of three rounds, Healer and the
  floor in turn. The budget holds for every N: what a death costs must not depend on how many there are. *Recorded with their cause
  and sender*: of the deaths in the history files of these rounds. N is as large as the limits of descriptors and PIDs allow; files of
  the measurements are on a tmpfs, as /run is.
- *Unwatched exit*: the kernel's own BPF statistics over short-lived unwatched processes, for Healer's program with
  1,000 watched processes and for a program that does a single hash look-up, both attached at the same time.
- *Idle*: CPU time over 30 seconds in which nothing happens. *Memory* is the proportional set size (PSS).
- *Start to READY*: from the start of the program to `READY=1` on `$NOTIFY_SOCKET`.
"""
