"""Outlives the process that started a server for tests, by as long as it takes to end that server and remove its files.

Run as a program with the server's directory as its argument. It waits until its standard input ends, which happens when
its parent closes the pipe or dies in whatever way, ``SIGKILL`` included. Imports nothing but the standard library.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

__all__: list[str] = []

_PATIENCE = 10.0


def _reap(home: Path) -> None:
    sys.stdin.buffer.read()
    lock = home / "data" / "postmaster.pid"
    with suppress(FileNotFoundError, IndexError, ProcessLookupError, ValueError):  # it is not running
        _end(int(lock.read_text().splitlines()[0]), lock)
    shutil.rmtree(home, ignore_errors=True)


def _end(pid: int, lock: Path) -> None:
    os.kill(pid, signal.SIGQUIT)
    deadline = time.monotonic() + _PATIENCE
    while lock.exists():  # the pid itself may stay for ever where nobody collects orphans
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            return
        time.sleep(0.02)


if __name__ == "__main__":
    _reap(Path(sys.argv[1]))
