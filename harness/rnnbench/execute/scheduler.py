"""Carries out a plan on an executor: what has no outcome yet, as many runs at once as asked, records as they finish."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rnnbench.base.messages import format_error
from rnnbench.contract.batches import Columns
from rnnbench.contract.execution import (
    Died,
    Event,
    Executor,
    Finished,
    HookFailed,
    Job,
    LimitReached,
    NotStored,
    PhaseChanged,
    Progress,
    Stopped,
)
from rnnbench.discovery import Registry
from rnnbench.execute.executors import ExecutorFailed
from rnnbench.execute.job import failed, make_job
from rnnbench.plan import Assignment, Draft
from rnnbench.records.checkpoints import remove_checkpoints
from rnnbench.records.files import StorageError
from rnnbench.records.logs import append_to_log, remove_empty_log
from rnnbench.records.schema import Record, Status
from rnnbench.records.storage import read_records, write_record
from rnnbench.suite import Limits

STOP_S = 4.0
POLL_S = 0.2
MOST_CRASHES = 2
"""How often a run whose worker was killed is tried again in one call."""


class Display(Protocol):
    """What the user sees of an execution."""

    def started(self, assignment: Assignment) -> None:
        """A run starts."""

    def progress(self, run_id: str, values: Mapping[str, Any]) -> None:
        """A run reports."""

    def finished(self, record: Record) -> None:
        """A run's record was stored."""

    def warning(self, line: str) -> None:
        """Something went wrong that stops nothing: a plugin cannot be loaded, or its lifecycle hook failed."""


@dataclass(frozen=True)
class Settings:
    """How to execute: into which folder, on which device, how many at once."""

    folder: Path
    device: str
    jobs: int
    checkpoint_s: float
    stopping: Callable[[], bool]
    """Asked between events; once it is true, what runs is stopped."""
    limits: Limits


def unfinished(draft: Draft, selected: Collection[str], records: Mapping[str, Record]) -> list[Assignment]:
    """The selected runs that have no outcome yet, and the tuning runs that they wait for, in the plan's order."""
    wanted = set(selected)
    for run_id in selected:
        wanted.update(draft.assignments[run_id].tune)
    return [
        assignment
        for run_id, assignment in draft.assignments.items()
        if run_id in wanted and not _has_outcome(run_id, records)
    ]


def execute(
    draft: Draft,
    selected: Collection[str],
    settings: Settings,
    executor: Executor,
    display: Display,
    registry: Registry,
) -> bool:
    """Run what is selected and has no outcome.

    Returns:
        False where it was stopped before the end.

    Raises:
        StorageError: a record could not be stored.
        ExecutorFailed: the executor failed.
    """
    return _Execution(draft, selected, settings, executor, display, registry).run()


class _Execution:
    """Which runs wait, which are under way, how often each was tried, and the records that are there."""

    def __init__(
        self,
        draft: Draft,
        selected: Collection[str],
        settings: Settings,
        executor: Executor,
        display: Display,
        registry: Registry,
    ) -> None:
        self._assignments, self._settings = draft.assignments, settings
        self._executor, self._display, self._registry = executor, display, registry
        stored = read_records(settings.folder)
        self._records = {run_id: record for run_id, record in stored.items() if record.status.is_outcome}
        self._waiting = unfinished(draft, selected, self._records)
        self._attempts: Counter[str] = Counter()
        self._running: set[str] = set()
        self._phases: dict[str, str] = {}
        self._warned: set[str] = set()

    def run(self) -> bool:
        """Until nothing waits or runs, or the user stops it; whether everything has an outcome."""
        for run_id in self._records:  # left where the process was killed just after it had stored the record
            self._remove_leftovers(run_id)
        wanted = {one.run.id for one in self._waiting}
        try:
            while (self._waiting or self._running) and not self._settings.stopping():
                self._start_runs()
                self._poll(POLL_S)
                self._give_up_stranded()
            self._stop_runs()
        finally:
            with contextlib.suppress(ExecutorFailed):  # what failed before is what the user should read
                self._kill_runs()
        return wanted <= self._records.keys()

    def _stop_runs(self) -> None:
        """Let what is under way save its place."""
        with _naming(self._executor):
            for run_id in self._running:
                self._executor.ask_to_stop(run_id)
        deadline = time.monotonic() + STOP_S
        while self._running and (left := deadline - time.monotonic()) > 0:
            self._poll(left)

    def _kill_runs(self) -> None:
        with _naming(self._executor):
            while self._running:
                self._executor.kill(self._running.pop())
            self._executor.close()

    def _start_runs(self) -> None:
        for assignment in self._ready()[: max(0, self._settings.jobs - len(self._running))]:
            self._waiting.remove(assignment)
            self._attempts[assignment.run.id] += 1
            self._phases[assignment.run.id] = "set-up"
            job = self._job(assignment)
            with _naming(self._executor):
                self._executor.submit(job)
            self._running.add(job.id)
            self._display.started(assignment)

    def _job(self, assignment: Assignment) -> Job:
        settings = self._settings
        rate = _chosen_rate(assignment, self._records)
        return make_job(assignment, settings.folder, settings.device, settings.checkpoint_s, rate, settings.limits)

    def _ready(self) -> list[Assignment]:
        """Those whose tuning runs have an outcome, the longest first: so the last worker ends early."""
        ready = [one for one in self._waiting if all(_has_outcome(tuning, self._records) for tuning in one.tune)]
        return sorted(ready, key=lambda one: -one.run.estimate_s)

    def _give_up_stranded(self) -> None:
        """Fail the runs that wait for a tuning run which was tried in this call, is over, and has no outcome.

        Tuning without one of its values would not be equal.
        """
        waiting = {one.run.id for one in self._waiting}

        def is_lost(run_id: str) -> bool:
            is_over = run_id in self._attempts and run_id in self._records and run_id not in waiting
            return is_over and not _has_outcome(run_id, self._records)

        for assignment in [one for one in self._waiting if any(is_lost(tuning) for tuning in one.tune)]:
            self._waiting.remove(assignment)
            reason = "not started: a tuning run that it waits for has no outcome"
            self._store(failed(assignment, Status.FAILED, reason))

    def _poll(self, seconds: float) -> None:
        for event in _events(self._executor, seconds):
            if event.run_id not in self._running:
                raise ExecutorFailed(f"{_name(self._executor)} reports {event!r} of a run that is not under way")
            if event.is_last:
                self._running.remove(event.run_id)
            self._handle(event, self._assignments[event.run_id])

    def _handle(self, event: Event, assignment: Assignment) -> None:
        match event:
            case Progress():
                self._display.progress(event.run_id, event.values)
            case PhaseChanged():
                self._phases[event.run_id] = event.phase
            case HookFailed():
                self._warn(event.message)
            case Stopped():
                pass
            case NotStored():
                raise event.error
            case Died():
                self._try_again(assignment, f"{self._phases[event.run_id]}: {event.reason}")
            case LimitReached():
                self._store_attempt(failed(assignment, event.status, event.reason))
            case Finished():
                self._store_attempt(event.record, event.items)
            case _:
                raise ExecutorFailed(f"{_name(self._executor)} reports {event!r}, expected an event of rnnbench's")

    def _try_again(self, assignment: Assignment, reason: str) -> None:
        """A worker died: once more, unless it has died too often or the user ended it."""
        if self._settings.stopping():
            return
        if self._attempts[assignment.run.id] <= MOST_CRASHES:
            self._waiting.append(assignment)
        else:
            self._store_attempt(failed(assignment, Status.CRASHED, reason))

    def _store_attempt(self, record: Record, items: Columns | None = None) -> None:
        record = record.model_copy(update={"attempts": self._attempts[record.id]})
        try:
            self._store(record, items)
        except ValueError as error:  # a plugin's values that are not JSON
            self._store(failed(self._assignments[record.id], Status.FAILED, str(error)))

    def _store(self, record: Record, items: Columns | None = None) -> None:
        """Write a record, remove what the run needs no more, and show it to the user and to trackers."""
        record = write_record(self._settings.folder, record, items)
        self._remove_leftovers(record.id, checkpoints=record.status is not Status.TIMEOUT)  # which goes on from them
        self._records[record.id] = record
        self._display.finished(record)
        for line in self._registry.tell("rnnbench_run_finished", record=record.model_dump(mode="json")):
            with contextlib.suppress(StorageError):  # a hook that fails harms no run; the line below is shown anyway
                append_to_log(self._settings.folder, record.id, line)
            self._warn(line)

    def _warn(self, line: str) -> None:
        """Show a line once: a hook that fails, fails in every run."""
        if line not in self._warned:
            self._warned.add(line)
            self._display.warning(line)

    def _remove_leftovers(self, run_id: str, checkpoints: bool = True) -> None:
        """Remove what a run that was stored needs no more."""
        if checkpoints:
            remove_checkpoints(self._settings.folder, run_id)
        remove_empty_log(self._settings.folder, run_id)


def _has_outcome(run_id: str, records: Mapping[str, Record]) -> bool:
    return run_id in records and records[run_id].status.is_outcome


def _chosen_rate(assignment: Assignment, records: Mapping[str, Record]) -> float | None:
    """The learning rate of the tuning run that was best on validation; the smaller of equals."""
    if not assignment.tune:
        return None
    tried = []
    for run_id in assignment.tune:
        record = records[run_id]
        rate = record.resolved["recipe"]["learning_rate"]
        loss = record.best_validation_loss if record.status is Status.DONE else None
        tried.append((float("inf") if loss is None else loss, rate))
    return float(min(tried)[1])


def _events(executor: Executor, seconds: float) -> Iterator[Event]:
    """The events of an executor, one by one.

    Raises:
        ExecutorFailed: it raised, or reports something else.
    """
    with _naming(executor):
        for event in executor.poll(seconds):
            if not isinstance(event, Event):
                raise ExecutorFailed(f"{_name(executor)} reports {event!r}, expected an event of rnnbench's")
            yield event


@contextlib.contextmanager
def _naming(executor: Executor) -> Iterator[None]:
    """An exception of an executor becomes one that names it."""
    try:
        yield
    except ExecutorFailed:
        raise
    except Exception as error:
        raise ExecutorFailed(f"{_name(executor)}: {format_error(error)}") from error


def _name(executor: Executor) -> str:
    return f"executor {type(executor).__module__}.{type(executor).__qualname__}"
