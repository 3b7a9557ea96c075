"""Execution: what an executor is given (:class:`Job`), what it reports (:class:`Event`), and which methods it has.

An executor decides where a run is carried out: in a process of this machine, on a cluster, in the cloud. How a run is
carried out is the harness's: an executor starts a fresh process for each job and calls :func:`rnnbench.carry_out` in
it. The scheduler of the main process decides which jobs run when, and stores what they leave.
"""

from __future__ import annotations

import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from rnnbench.contract.batches import Columns
from rnnbench.records.files import StorageError
from rnnbench.records.schema import Record, Status


@dataclass(frozen=True, kw_only=True)
class Job:
    """One run to be carried out. It can be pickled; its paths must mean the same where it is carried out."""

    id: str
    """The run id."""
    estimate_s: float
    """How long the run may take, in seconds, from the plan."""
    device: str
    """``cpu``, ``cuda`` or ``cuda:N``."""
    threads: int
    """Processor threads that the run uses; :func:`rnnbench.carry_out` sets them."""
    time_limit_s: float | None
    """Wall seconds that the run may take; None is no limit. :func:`rnnbench.carry_out` ends a run between two steps of
    training once they are over, with its place saved. A process that does not end by itself is the executor's to kill:
    see :func:`rnnbench.limit_reached`."""
    memory_limit_bytes: int | None
    """Memory that the process may hold; None is no limit. The executor enforces it: see
    :func:`rnnbench.limit_reached`."""
    folder: Path
    """The results folder, absolute. The process writes the run's log and checkpoints there, so it must see the same
    folder as the main process."""
    checkpoint_s: float
    """Seconds between two checkpoints."""
    learning_rate: float | None
    """The value that tuning chose; None where the recipe's holds."""
    assignment: Any
    """What the run is made of, for :func:`rnnbench.carry_out` alone."""


@dataclass(frozen=True)
class Event:
    """Something that an executor reports of a job."""

    run_id: str
    is_last: ClassVar[bool] = True
    """Whether the job is over with it. Each job has one last event."""


@dataclass(frozen=True)
class PhaseChanged(Event):
    """A run enters a phase, named with the third-party plugins at work in it."""

    phase: str
    is_last: ClassVar[bool] = False


@dataclass(frozen=True)
class Progress(Event):
    """How far a run is: ``progress`` from 0 to 1, ``step``, and after an evaluation the losses and learning rate."""

    values: Mapping[str, float]
    is_last: ClassVar[bool] = False


@dataclass(frozen=True)
class HookFailed(Event):
    """A lifecycle hook raised in a run's process: one line, already in the run's log. It harms no run."""

    message: str
    is_last: ClassVar[bool] = False


@dataclass(frozen=True)
class Finished(Event):
    """A run came to its end: its record, which may say that it failed, and the items of its test rows."""

    record: Record
    items: Columns | None = None


@dataclass(frozen=True)
class Stopped(Event):
    """A run was asked to stop, and did: where it trains, with its place saved."""


@dataclass(frozen=True)
class NotStored(Event):
    """A run could not write its log or checkpoints; no other run is started."""

    error: StorageError


@dataclass(frozen=True)
class Died(Event):
    """A run's process ended without a last event of its own. The run is tried again, up to three times in one call."""

    reason: str

    @classmethod
    def of_process(cls, run_id: str, returncode: int) -> Died:
        """Of a process of this machine, by its return code as :mod:`subprocess` gives it: negative for a signal."""
        how = f"killed by {_signal_name(-returncode)}" if returncode < 0 else f"ended with exit code {returncode}"
        return cls(run_id, f"the worker was {how}")


@dataclass(frozen=True)
class LimitReached(Event):
    """A run was ended because it reached a limit; the next call tries it again, after a timeout from where it was."""

    status: Literal[Status.TIMEOUT, Status.OOM]
    reason: str

    @classmethod
    def of_time(cls, job: Job) -> LimitReached:
        """The limit of wall time."""
        return cls(job.id, Status.TIMEOUT, f"ran into its limit of {job.time_limit_s:g} seconds")

    @classmethod
    def of_memory(cls, job: Job, held_bytes: int) -> LimitReached:
        """The limit of memory, of which the process held so much."""
        limit = (job.memory_limit_bytes or 0) / 1e9
        return cls(job.id, Status.OOM, f"held {held_bytes / 1e9:.2f} GB, its limit is {limit:.2f} GB")


@dataclass(frozen=True, kw_only=True)
class ExecutorOptions:
    """What the factory of an executor is given."""

    jobs: int
    """How many jobs are under way at most."""
    device: str
    """The device of all jobs: ``cpu``, ``cuda`` or ``cuda:N``."""


class Executor(ABC):
    """Where jobs are carried out. The scheduler calls all methods in one thread of the main process.

    The executor enforces the limits of its jobs where a process does not end by itself; :func:`rnnbench.carry_out`
    keeps the limit of time before that. What an executor raises ends the call with one line; no record is lost.
    """

    @abstractmethod
    def submit(self, job: Job) -> None:
        """Start a job in a fresh process and return without waiting for it."""

    @abstractmethod
    def poll(self, seconds: float) -> Iterable[Event]:
        """Wait at most this long for events, and return as soon as there are some; those of a job keep their order.

        Where nothing happens it should wait, since it is called in a loop.
        """

    @abstractmethod
    def ask_to_stop(self, run_id: str) -> None:
        """Ask a job that is under way to stop: what ``stopping`` of :func:`rnnbench.carry_out` tells it."""

    @abstractmethod
    def kill(self, run_id: str) -> None:
        """Kill a job that is under way, with all that it started; it has no further event."""

    def close(self) -> None:
        """Release what the executor holds: called once, when no job is under way any more."""
        return


ExecutorFactory = Callable[[ExecutorOptions], Executor]
"""Makes an executor: its class, where the constructor takes the options, or a function."""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"
