"""Carry out a draft: what is not done yet, as many runs at once as asked, each record stored as it finishes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rnnbench.contract.batches import Columns
from rnnbench.discovery import discover
from rnnbench.execute.job import Job, failed
from rnnbench.execute.local.executor import Event
from rnnbench.plan import Assignment, Draft
from rnnbench.records.checkpoints import remove_checkpoints
from rnnbench.records.logs import remove_empty_log
from rnnbench.records.schema import Record, Status
from rnnbench.records.storage import read_records, write_record
from rnnbench.suite import Limits

STOP_S = 4.0
POLL_S = 0.2
MOST_CRASHES = 2
"""How often a run whose worker was killed is tried again in one call."""


class Executor(Protocol):
    """Where jobs run; :class:`rnnbench.execute.local.executor.LocalExecutor` is the built-in one."""

    @property
    def running(self) -> int:
        """How many jobs are under way."""

    def submit(self, job: Job) -> None:
        """Start a job."""

    def poll(self, seconds: float) -> Iterator[Event]:
        """Events, within ``seconds``."""

    def stop(self, seconds: float) -> Iterator[Event]:
        """Let jobs save a checkpoint and end, within ``seconds``."""


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
    """Asked between events; once it says so, what runs is stopped."""
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


def execute(draft: Draft, selected: Collection[str], settings: Settings, executor: Executor, display: Display) -> bool:
    """Run what is selected and has no outcome.

    Returns:
        False where it was stopped before the end.

    Raises:
        StorageError: a record could not be stored.
    """
    stored = read_records(settings.folder)
    records = {run_id: record for run_id, record in stored.items() if record.status.is_outcome}
    for run_id in records:  # left where the process was killed just after it had stored the record
        _clear(settings.folder, run_id)
    waiting = unfinished(draft, selected, records)
    wanted = {one.run.id for one in waiting}
    attempts: dict[str, int] = {}
    with contextlib.ExitStack() as cleanup:
        cleanup.callback(lambda: list(executor.stop(0)))
        while (waiting or executor.running) and not settings.stopping():
            for assignment in _ready(waiting, records)[: max(0, settings.jobs - executor.running)]:
                waiting.remove(assignment)
                attempts[assignment.run.id] = attempts.get(assignment.run.id, 0) + 1
                executor.submit(_job(assignment, settings, records))
                display.started(assignment)
            for event in executor.poll(POLL_S):
                _handle(event, draft, settings, display, records, waiting, attempts)
            for assignment in _stranded(waiting, records, attempts):
                waiting.remove(assignment)
                reason = "not started: a tuning run that it waits for has no outcome"
                _store(failed(assignment, Status.FAILED, reason), None, settings, display, records)
        for event in executor.stop(STOP_S):
            _handle(event, draft, settings, display, records, waiting, attempts)
    return wanted <= records.keys()


def _job(assignment: Assignment, settings: Settings, records: Mapping[str, Record]) -> Job:
    return Job(
        assignment,
        settings.folder,
        settings.device,
        settings.checkpoint_s,
        _chosen(assignment, records),
        settings.limits,
    )


def _ready(waiting: list[Assignment], records: Mapping[str, Record]) -> list[Assignment]:
    """Those whose tuning runs have an outcome, the longest first: so the last worker ends early."""
    ready = [one for one in waiting if all(_has_outcome(tuning, records) for tuning in one.tune)]
    return sorted(ready, key=lambda one: -one.run.estimate_s)


def _stranded(
    waiting: list[Assignment], records: Mapping[str, Record], attempts: Mapping[str, int]
) -> list[Assignment]:
    """Those that wait for a tuning run which was tried in this call, is not tried again, and has no outcome.

    Tuning without one of its values would not be equal.
    """
    to_come = {one.run.id for one in waiting}

    def is_lost(run_id: str) -> bool:
        tried = run_id in attempts and run_id in records and run_id not in to_come
        return tried and not _has_outcome(run_id, records)

    return [one for one in waiting if any(is_lost(tuning) for tuning in one.tune)]


def _has_outcome(run_id: str, records: Mapping[str, Record]) -> bool:
    return run_id in records and records[run_id].status.is_outcome


def _chosen(assignment: Assignment, records: Mapping[str, Record]) -> float | None:
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


def _handle(
    event: Event,
    draft: Draft,
    settings: Settings,
    display: Display,
    records: dict[str, Record],
    waiting: list[Assignment],
    attempts: Mapping[str, int],
) -> None:
    assignment = draft.assignments[event.run_id]
    if event.kind == "progress":
        display.progress(event.run_id, event.payload)
        return
    if event.kind in ("phase", "stopped"):
        return
    if event.kind == "unstored":
        raise event.payload
    if event.kind == "died":
        if settings.stopping():
            return
        record, items = failed(assignment, Status.CRASHED, event.payload), None
        if attempts[event.run_id] <= MOST_CRASHES:
            waiting.append(assignment)
            return
    elif event.kind in (Status.TIMEOUT, Status.OOM):
        record, items = failed(assignment, Status(event.kind), event.payload), None
    else:
        record, items = event.payload
    record = record.model_copy(update={"attempts": attempts[event.run_id]})
    try:
        _store(record, items, settings, display, records)
    except ValueError as error:  # a plugin's values that are not JSON
        _store(failed(assignment, Status.FAILED, str(error)), None, settings, display, records)


def _store(
    record: Record, items: Columns | None, settings: Settings, display: Display, records: dict[str, Record]
) -> None:
    """Keep a record, and say so."""
    record = write_record(settings.folder, record, items)
    _clear(settings.folder, record.id, checkpoints=record.status is not Status.TIMEOUT)  # which goes on from them
    records[record.id] = record
    display.finished(record)
    discover().tell("rnnbench_run_finished", record=record.model_dump(mode="json"))


def _clear(folder: Path, run_id: str, checkpoints: bool = True) -> None:
    """Remove what a run that was stored needs no more."""
    if checkpoints:
        remove_checkpoints(folder, run_id)
    remove_empty_log(folder, run_id)
