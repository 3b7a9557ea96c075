"""The built-in executor: one process a run on this machine, forked from a server that has imported what runs need.

It keeps the limits of its jobs, since a run that has reached one can no longer be relied on to notice.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from rnnbench.execute.job import Job
from rnnbench.execute.local.processes import end_family, end_group, resident_bytes
from rnnbench.execute.local.worker import main

# Some libraries start threads when they are imported (OpenBLAS its pool, Arrow's allocator a janitor), and a process
# with threads must not be forked.
NO_THREADS = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}


GRACE_S = 4.0
"""What a run that was asked to stop has to save its place."""


@dataclass(frozen=True)
class Event:
    """What became of a run.

    A worker reports ``phase``, ``progress``, ``finished``, ``stopped`` or ``unstored``. Of its process is told that it
    ``died``, where and how, or that it was ended for reaching a limit of time (``timeout``) or memory (``oom``).
    """

    run_id: str
    kind: str
    payload: Any = None


@dataclass
class _Running:
    """A job under way."""

    job: Job
    process: BaseProcess
    connection: Connection
    began: float
    where: str = "set-up"
    """Its phase, and the strangers at work in it."""
    overdue: float | None = None
    """Since when it has been asked to stop, for having reached its limit of time."""

    @property
    def pid(self) -> int:
        """Of its process, which was started."""
        assert self.process.pid is not None
        return self.process.pid

    @property
    def timeout(self) -> str:
        """What to say of one that reached its limit of time."""
        return f"ran into its limit of {self.job.limits.seconds:g} seconds"


class LocalExecutor:
    """Submit jobs, poll for events, stop. Any executor has these three methods."""

    def __init__(self) -> None:
        os.environ.update(NO_THREADS)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["rnnbench.execute.local.preload"])
        self._start_server()
        self._running: dict[str, _Running] = {}

    @staticmethod
    def _start_server() -> None:
        """Start the fork server with the signals blocked that are the main process's to answer."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    @property
    def running(self) -> int:
        """How many jobs are under way."""
        return len(self._running)

    def submit(self, job: Job) -> None:
        """Start a job in a process of its own."""
        run_id = job.assignment.run.id
        self._start_server()  # it may have been killed
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=main, args=(job, theirs), name=f"rnnbench-{run_id}", daemon=True)
        process.start()
        theirs.close()
        self._running[run_id] = _Running(job, process, ours, time.monotonic())

    def poll(self, seconds: float) -> Iterator[Event]:
        """The events of the next ``seconds``; returns early once there are some."""
        waited: dict[Any, str] = {
            thing: run_id for run_id, one in self._running.items() for thing in (one.connection, one.process.sentinel)
        }
        ready = wait(list(waited), seconds)
        for run_id in dict.fromkeys(waited[thing] for thing in ready):
            yield from self._read(run_id)
        yield from self._limited()

    def stop(self, seconds: float) -> Iterator[Event]:
        """Ask every job to save a checkpoint and end; after ``seconds`` end what has not."""
        for one in self._running.values():
            _ask_to_stop(one)
        deadline = time.monotonic() + seconds
        while self._running and (left := deadline - time.monotonic()) > 0:
            yield from self.poll(left)
        for run_id in list(self._running):
            self._end(run_id)

    def _read(self, run_id: str) -> Iterator[Event]:
        """What a worker sent, or how it ended without a word."""
        one = self._running[run_id]
        if one.process.exitcode is not None:  # what it left may hold the pipe open
            end_group(one.pid)
        try:
            if not one.connection.poll(0):
                raise EOFError
            kind, payload = one.connection.recv()
        except (EOFError, OSError):
            kind, payload = "died", self._reap(run_id)
        else:
            if kind == "phase":
                one.where = payload
            elif kind != "progress":
                self._reap(run_id)
        if one.overdue is not None and kind in ("died", "stopped"):
            kind, payload = "timeout", one.timeout
        yield Event(run_id, kind, payload)

    def _limited(self) -> Iterator[Event]:
        """End what has reached a limit; time out politely at first."""
        for run_id, one in list(self._running.items()):
            limits, now = one.job.limits, time.monotonic()
            if limits.seconds is not None and one.overdue is None and now - one.began > limits.seconds:
                one.overdue = now
                _ask_to_stop(one)
            elif one.overdue is not None and now - one.overdue > GRACE_S:
                self._end(run_id)
                yield Event(run_id, "timeout", one.timeout)
            elif limits.memory is not None and (held := resident_bytes(one.pid)) > limits.memory:
                self._end(run_id)
                yield Event(run_id, "oom", f"held {held / 1e9:.2f} GB, its limit is {limits.memory / 1e9:.2f} GB")

    def _end(self, run_id: str) -> None:
        """Kill a job, and all that it started."""
        one = self._running.pop(run_id)
        if one.process.exitcode is None:
            end_family(one.pid)
            one.process.join()
        end_group(one.pid)
        one.connection.close()

    def _reap(self, run_id: str) -> str:
        """Wait for a job's process to end; says how it did."""
        one = self._running.pop(run_id)
        one.connection.close()
        one.process.join(5)
        if one.process.exitcode is None:
            end_family(one.pid)
            one.process.join()
        end_group(one.pid)
        code = one.process.exitcode or 0
        how = f"killed by {_signal_name(-code)}" if code < 0 else f"ended with exit code {code}"
        return f"{one.where}: the worker was {how}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"


def _ask_to_stop(one: _Running) -> None:
    with contextlib.suppress(OSError):
        one.connection.send("stop")
