"""Work in a process of its own, so that its time and peak memory are its own."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Measured:
    """What a piece of work found and what that took.

    Attributes:
        result: What it returned.
        seconds: From its first line to its last.
        peak_bytes: Of its process.
    """

    result: Any
    seconds: float
    peak_bytes: int


def run(work: Callable[..., Any], *arguments: Any) -> Measured:
    """Call a function of a module in a new process; a failure ends the benchmark."""
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()
    process = context.Process(target=_work, args=(answer, work, arguments))
    process.start()
    while process.is_alive() and answer.empty():
        time.sleep(0.2)
    if answer.empty():
        process.join()
        sys.exit(f"{work.__module__}.{work.__name__} ended with exit code {process.exitcode}")
    found: Measured = answer.get()
    process.join()
    return found


def _work(answer: multiprocessing.Queue, work: Callable[..., Any], arguments: tuple) -> None:
    start = time.perf_counter()
    found = work(*arguments)
    answer.put(Measured(found, time.perf_counter() - start, peak_bytes()))


def peak_bytes() -> int:
    """Largest resident memory of this process; `ru_maxrss` of a spawned one may be what its parent had."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
