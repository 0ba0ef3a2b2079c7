# SPDX-License-Identifier: Apache-2.0
"""The place where victims report that they live (record.h), and where they are killed and timed."""

import os
import fcntl
import select
import signal
import struct
import time

RECORD = struct.Struct("=Iiqq")
BEGAN, NOTICED = 0, 1
F_SETPIPE_SZ = 1031


class Silence(Exception):
    """A victim did not come back in time."""


class Arena:
    """Victims 0 ... n-1, restarted by a supervisor that this class does not know."""

    def __init__(self, fifo, make=True):
        self.fifo = fifo
        if make:
            os.mkfifo(fifo, 0o600)
        # Open for writing too, so that it never reports an end.
        self._fd = os.open(fifo, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
        fcntl.fcntl(self._fd, F_SETPIPE_SZ, 1 << 20)
        self.pids = {}
        self.back = 0  # starts since it was last set to zero
        self.began = {}
        self.noticed = {}

    def _read(self, deadline):
        """Takes in what has been reported, waiting for at least one record."""
        remaining = deadline - time.monotonic()
        if remaining <= 0 or not select.select([self._fd], [], [], remaining)[0]:
            raise Silence(f"{self.fifo}: no victim reported in time")
        for kind, index, pid, nanoseconds in RECORD.iter_unpack(os.read(self._fd, RECORD.size * 4096)):
            if kind == BEGAN:
                self.back += 1
                self.pids[index] = pid
                self.began[index] = nanoseconds
            else:
                self.noticed[index] = nanoseconds

    def wait_for_all(self, count, seconds=120):
        deadline = time.monotonic() + seconds
        while len(self.pids) < count:
            self._read(deadline)

    def kill(self, index, seconds=30):
        """Kills one victim; the nanoseconds from there to the successor's main(), and the time of the kill."""
        old = self.pids[index]
        deadline = time.monotonic() + seconds
        killed = time.monotonic_ns()
        os.kill(old, signal.SIGKILL)
        while self.pids[index] == old:
            self._read(deadline)
        return self.began[index] - killed, killed

    def kill_all(self, seconds=180):
        """Kills all at once; the nanoseconds until the last successor's main()."""
        old = dict(self.pids)
        self.back = 0
        deadline = time.monotonic() + seconds
        killed = time.monotonic_ns()
        for pid in old.values():
            os.kill(pid, signal.SIGKILL)
        # Counted, as comparing all of them after each report would take more time than a restart.
        while self.back < len(old):
            self._read(deadline)
        return max(self.began.values()) - killed

    def notice_of(self, index, killed, seconds=5):
        """Nanoseconds from `killed` to the moment that the floor noticed it."""
        deadline = time.monotonic() + seconds
        while self.noticed.get(index, 0) < killed:
            self._read(deadline)
        return self.noticed[index] - killed

    def clear(self):
        """Ends all victims; their supervisor must be gone."""
        for pid in self.pids.values():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        os.close(self._fd)
