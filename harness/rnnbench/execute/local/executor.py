"""The built-in executor: one process a run on this machine, forked from a server that has imported what runs need."""

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

from rnnbench.contract.execution import Died, Event, Executor, ExecutorOptions, Job
from rnnbench.execute.limits import limit_reached
from rnnbench.execute.local.worker import main
from rnnbench.execute.processes import end_family, end_group

# Some libraries start threads when they are imported (OpenBLAS its pool, Arrow's allocator a janitor), and a process
# with threads must not be forked.
NO_THREADS = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}


@dataclass
class _Worker:
    """A job under way."""

    job: Job
    process: BaseProcess
    connection: Connection
    began: float

    @property
    def pid(self) -> int:
        """Of its process, which was started."""
        assert self.process.pid is not None
        return self.process.pid


class LocalExecutor(Executor):
    """Each job in a worker process; a worker that reaches a limit is killed with all that it started."""

    def __init__(self, options: ExecutorOptions) -> None:
        del options  # as many workers as there are jobs
        os.environ.update(NO_THREADS)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["rnnbench.execute.local.preload"])
        self._start_server()
        self._workers: dict[str, _Worker] = {}

    @staticmethod
    def _start_server() -> None:
        """Start the fork server with the signals blocked that are the main process's to answer."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def submit(self, job: Job) -> None:
        """Start a job in a process of its own."""
        self._start_server()  # it may have been killed
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=main, args=(job, theirs), name=f"rnnbench-{job.id}", daemon=True)
        process.start()
        theirs.close()
        self._workers[job.id] = _Worker(job, process, ours, time.monotonic())

    def poll(self, seconds: float) -> Iterator[Event]:
        """The events of the next ``seconds``; returns early once there are some."""
        waited: dict[Any, str] = {
            thing: run_id for run_id, one in self._workers.items() for thing in (one.connection, one.process.sentinel)
        }
        ready = wait(list(waited), seconds)
        for run_id in dict.fromkeys(waited[thing] for thing in ready):
            yield self._read(run_id)
        for run_id, one in list(self._workers.items()):
            if (event := limit_reached(one.job, one.pid, time.monotonic() - one.began)) is not None:
                self.kill(run_id)
                yield event

    def ask_to_stop(self, run_id: str) -> None:
        """Ask a worker to save its place and end."""
        with contextlib.suppress(OSError):
            self._workers[run_id].connection.send("stop")

    def kill(self, run_id: str) -> None:
        """Kill a worker, and all that it started."""
        one = self._workers.pop(run_id)
        if one.process.exitcode is None:
            end_family(one.pid)
            one.process.join()
        end_group(one.pid)
        one.connection.close()

    def _read(self, run_id: str) -> Event:
        """What a worker sent, or that it died."""
        one = self._workers[run_id]
        if one.process.exitcode is not None:  # what it left may hold the pipe open
            end_group(one.pid)
        try:
            if not one.connection.poll(0):
                raise EOFError
            event: Event = one.connection.recv()
        except (EOFError, OSError):
            return Died.of_process(run_id, self._reap(run_id))
        if event.is_last:
            self._reap(run_id)
        return event

    def _reap(self, run_id: str) -> int:
        """Wait for a worker to end, kill what it leaves, and give its exit code."""
        one = self._workers.pop(run_id)
        one.connection.close()
        one.process.join(5)
        if one.process.exitcode is None:
            end_family(one.pid)
            one.process.join()
        end_group(one.pid)
        return one.process.exitcode or 0
