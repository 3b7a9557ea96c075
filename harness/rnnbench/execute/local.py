"""The built-in executor: one process a run on this machine, forked from a server that has imported what runs need."""

from __future__ import annotations

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
from rnnbench.execute.worker import main

# Some libraries start threads when they are imported (OpenBLAS its pool, Arrow's allocator a janitor), and a process
# with threads must not be forked.
NO_THREADS = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}


@dataclass(frozen=True)
class Event:
    """What a worker reported: ``progress``, ``finished``, ``stopped``, or ``died`` with how it ended."""

    run_id: str
    kind: str
    payload: Any = None


class LocalExecutor:
    """Submit jobs, poll for events, stop. Any executor has these three methods."""

    def __init__(self) -> None:
        os.environ.update(NO_THREADS)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["rnnbench.execute.preload"])
        self._start_server()
        self._running: dict[str, tuple[BaseProcess, Connection]] = {}

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
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=main, args=(job, theirs), name=f"rnnbench-{run_id}", daemon=True)
        process.start()
        theirs.close()
        self._running[run_id] = process, ours

    def poll(self, seconds: float) -> Iterator[Event]:
        """The events of the next ``seconds``; returns early once there are some."""
        by_connection = {connection: run_id for run_id, (_, connection) in self._running.items()}
        for connection in wait(list(by_connection), seconds):
            assert isinstance(connection, Connection)
            run_id = by_connection[connection]
            try:
                kind, payload = connection.recv()
            except (EOFError, OSError):
                yield Event(run_id, "died", self._reap(run_id))
                continue
            if kind != "progress":
                self._reap(run_id)
            yield Event(run_id, kind, payload)

    def stop(self, seconds: float) -> Iterator[Event]:
        """Ask every job to save a checkpoint and end; after ``seconds`` end what has not."""
        for _, connection in self._running.values():
            try:
                connection.send("stop")
            except OSError:
                continue
        deadline = time.monotonic() + seconds
        while self._running and (left := deadline - time.monotonic()) > 0:
            yield from self.poll(left)
        for process, connection in self._running.values():
            process.kill()
            process.join()
            connection.close()
        self._running.clear()

    def _reap(self, run_id: str) -> str:
        """Wait for a job's process to end; says how it did."""
        process, connection = self._running.pop(run_id)
        connection.close()
        process.join(5)
        if process.exitcode is None:
            process.kill()
            process.join()
        code = process.exitcode or 0
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
