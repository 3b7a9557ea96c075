"""One suite from its file to its tables."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rnnbench.base.errors import UserError
from rnnbench.contract.datasets import DataMissing
from rnnbench.contract.execution import ExecutorOptions
from rnnbench.discovery import Registry, discover
from rnnbench.execute.executors import make_executor
from rnnbench.execute.scheduler import Display as ExecutionDisplay
from rnnbench.execute.scheduler import Settings, execute, unfinished
from rnnbench.leaderboard import write_all
from rnnbench.pipeline.request import Request
from rnnbench.pipeline.selection import select_runs
from rnnbench.pipeline.up_to_date import describe_inputs, mark_up_to_date, remove_mark
from rnnbench.plan import Draft, Unplannable, draft
from rnnbench.prepare import UnusableData, cache_folder, data_files, data_folder, prepare_suite
from rnnbench.records.schema import PlannedRun, Record
from rnnbench.records.storage import StorageError, move_aside, read_records, results_lock, write_plan
from rnnbench.suite import Suite, SuiteError, read_suite
from rnnbench.train.device import choose_device

CHECKPOINT_S = 60.0


class BadRequest(UserError):
    """The suite, the options or the environment are wrong; nothing was started."""


class Display(ExecutionDisplay, Protocol):
    """What the user sees of a suite, from preparing its data to its tables."""

    def preparing(self, task: str) -> None:
        """A task's data is being prepared."""

    def planned(self, draft: Draft, selected: Sequence[PlannedRun], left: Sequence[PlannedRun], jobs: int) -> None:
        """The plan is made; ``left`` are those of the selected runs that have no outcome yet."""

    def close(self) -> None:
        """The execution is over."""


@dataclass(frozen=True)
class Result:
    """Where the results are, and which selected runs have no outcome."""

    folder: Path
    failed: tuple[Record, ...]
    stopped: bool


def run_suite(request: Request, display: Display, stopping: Callable[[], bool]) -> Result | None:
    """Read, prepare, plan and execute a suite, and write its tables.

    Returns:
        None after a dry run.

    Raises:
        BadRequest: nothing was started, and why.
        FolderInUse: another process writes into the results folder.
        StorageError: something could not be stored.
        UnusableExecutor: there is no such executor, or it cannot be made.
        ExecutorFailed: it failed later; what is finished is stored.
    """
    device = _device(request.device)
    jobs = _jobs(request, device)
    registry = discover()
    for line in registry.unloaded:
        display.warning(line)
    executor = make_executor(request.executor, registry, ExecutorOptions(jobs=jobs, device=device))
    suite = _read(request, registry)
    folder = request.folder(suite.name)
    inputs = None if request.dry_run else _inputs(suite, request)  # before the data are read: they may change meanwhile
    plan_made = _plan(suite, request, registry, device, display)
    selected = select_runs(plan_made.plan, request.only)
    if not selected:
        raise BadRequest(f"--only {request.only!r} matches no run; give a model's or a task's label, or task/model")
    ids = [run.id for run in selected]
    if request.dry_run:
        left = [one.run for one in unfinished(plan_made, ids, read_records(folder))]
        display.planned(plan_made, selected, left, jobs)
        return None
    if request.fresh:
        move_aside(folder)
    with results_lock(folder):
        write_plan(folder, plan_made.plan)
        remove_mark(folder)
        left = [one.run for one in unfinished(plan_made, ids, read_records(folder))]
        display.planned(plan_made, selected, left, jobs)
        settings = Settings(folder, device, jobs, _checkpoint_seconds(), stopping, suite.limits)
        try:
            finished = execute(plan_made, ids, settings, executor, display, registry)
        finally:
            display.close()
        write_all(folder)
        mark_up_to_date(folder, inputs)
        for line in registry.tell("rnnbench_leaderboard_written", folder=folder):
            display.warning(line)
    records = read_records(folder)
    failed = tuple(records[run_id] for run_id in ids if run_id in records and not records[run_id].status.is_outcome)
    return Result(folder, failed, stopped=not finished)


def _read(request: Request, registry: Registry) -> Suite:
    try:
        return read_suite(request.suite, registry, request.seeds)
    except SuiteError as error:
        raise BadRequest(str(error)) from error


def _plan(suite: Suite, request: Request, registry: Registry, device: str, display: Display) -> Draft:
    try:
        prepared = prepare_suite(suite, data_folder(request.data_dir), cache_folder(), display.preparing)
        return draft(suite, prepared, registry, device.partition(":")[0])
    except DataMissing as error:
        raise BadRequest(f"{suite.path}: {error}") from error
    except Unplannable as error:
        raise BadRequest(f"{error.place or suite.path}: {error}") from error
    except OSError as error:
        raise StorageError(Path(error.filename or cache_folder()), error) from error


def _inputs(suite: Suite, request: Request) -> str | None:
    """What a later call has to find as it is now; None where a dataset is read from files that it does not name."""
    try:
        files = data_files(suite, data_folder(request.data_dir))
        return None if files is None else describe_inputs(request, files)
    except (DataMissing, UnusableData, OSError):
        return None  # what is wrong is said when the data are read


def _device(name: str) -> str:
    try:
        return choose_device(name)
    except ValueError as error:
        raise BadRequest(str(error)) from error


def _jobs(request: Request, device: str) -> int:
    if request.jobs == "auto":  # runs on one card would share it: how many at once pay off is the user's to say
        return 1 if device.startswith("cuda") else len(os.sched_getaffinity(0))
    if not request.jobs.isdecimal() or int(request.jobs) < 1:
        raise BadRequest(f"--jobs {request.jobs}: expected a number of at least 1, or auto")
    return int(request.jobs)


def _checkpoint_seconds() -> float:
    """Seconds between checkpoints: ``RNNBENCH_CHECKPOINT_SECONDS``, or a minute."""
    given = os.environ.get("RNNBENCH_CHECKPOINT_SECONDS", "")
    try:
        return float(given) if given else CHECKPOINT_S
    except ValueError as error:
        raise BadRequest(f"RNNBENCH_CHECKPOINT_SECONDS: expected a number, got {given!r}") from error
