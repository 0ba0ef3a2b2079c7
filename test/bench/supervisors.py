# SPDX-License-Identifier: Apache-2.0
"""Starts and ends the supervisors that are compared."""

import contextlib
import os
import pathlib
import socket
import subprocess
import time


def config(launch, victim, fifo, count, user="run_as_root: true"):
    """A configuration with victims v0 ... that never meet a breaker."""
    lines = ["log_level: info", f"launch: {launch}", "processes:"]
    for index in range(count):
        lines += [
            f"  - name: v{index}",
            f"    command: {victim}",
            f'    args: ["{fifo}", "{index}"]',
            f"    {user}",
            "    output: /dev/null",
            "    monitor: {type: ebpf}",
            "    recovery: {retries: 10000, retry_window_secs: 60, cooldown_secs: 180}",
        ]
    return "\n".join(lines) + "\n"


def end(process):
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Floor:
    """The bare waitpid + posix_spawn loop."""

    def __init__(self, programs, fifo, count):
        self.process = subprocess.Popen([programs / "bench-floor", fifo, str(count), programs / "bench-victim"])

    def end(self):
        end(self.process)


class PrivateBus:
    """A dbus-daemon of our own."""

    def __init__(self, directory):
        self.address = f"unix:path={directory}/bus"
        self.process = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={self.address}", "--print-address"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.process.stdout.readline()

    def end(self):
        end(self.process)


class Healer:
    """The daemon in the foreground, in a directory of its own."""

    def __init__(self, build, directory, bus, text):
        self.directory = pathlib.Path(directory)
        self.program = build / "src" / "healer"
        self.bus = bus  # None: without one
        (self.directory / "run").mkdir(exist_ok=True)
        (self.directory / "config.yaml").write_text(text)
        os.chmod(self.directory / "config.yaml", 0o600)
        self.process = None
        self.ready_after = None

    def start(self, seconds=60):
        """Starts it; `ready_after` are the nanoseconds until READY=1."""
        path = str(self.directory / "notify")
        if os.path.exists(path):
            os.unlink(path)
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify.bind(path)
        notify.settimeout(0.5)
        with open(self.directory / "healer.log", "ab") as log:
            began = time.monotonic_ns()
            self.process = subprocess.Popen(
                [self.program, "--foreground", "--config", self.directory / "config.yaml", "--bus",
                 self.bus.address if self.bus else "none"],
                stdout=log, stderr=log,
                env={"PATH": os.environ["PATH"], "NOTIFY_SOCKET": path, "RUNTIME_DIRECTORY": str(self.directory / "run")})
        while b"READY=1" not in self._receive(notify):
            if self.process.poll() is not None or time.monotonic_ns() - began > seconds * 1e9:
                said = (self.directory / "healer.log").read_text()[-2000:]
                raise RuntimeError(f"Healer is not ready:\n{said}")
        self.ready_after = time.monotonic_ns() - began
        notify.close()

    @staticmethod
    def _receive(notify):
        try:
            return notify.recv(65536)
        except TimeoutError:
            return b""

    def call(self, method, *arguments):
        """Calls a method of org.healer.Manager; what busctl prints as JSON."""
        return subprocess.run(
            ["busctl", f"--address={self.bus.address}", "--json=short", "call", "org.healer", "/org/healer",
             "org.healer.Manager", method, *arguments], check=True, capture_output=True, text=True).stdout

    def reload(self, change=lambda text: text):
        """Changes the text of the configuration and reloads it; the nanoseconds until that is answered."""
        path = self.directory / "config.yaml"
        path.write_text(change(path.read_text()))
        began = time.monotonic_ns()
        self.call("Reload")
        return time.monotonic_ns() - began

    def end(self):
        if self.process:
            end(self.process)


def cpu_nanoseconds(pid):
    """CPU time that all threads of a process have used."""
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def pss_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise ValueError("no Pss")


def bpf_programs(pid):
    """IDs of the BPF programs that a process holds."""
    found = set()
    for entry in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir():
        with contextlib.suppress(FileNotFoundError):
            for line in entry.read_text().splitlines():
                if line.startswith("prog_id:"):
                    found.add(int(line.split()[1]))
    return found
