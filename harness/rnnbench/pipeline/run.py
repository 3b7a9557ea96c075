"""One suite from its file to its tables."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from rnnbench.base.containment import third_party_code
from rnnbench.base.errors import UserError
from rnnbench.base.messages import expected_one_of, format_cause
from rnnbench.contract.datasets import DataMissing
from rnnbench.discovery import Registry, discover
from rnnbench.execute.local.executor import LocalExecutor
from rnnbench.execute.scheduler import Display as ExecutionDisplay
from rnnbench.execute.scheduler import Executor, Settings, execute, unfinished
from rnnbench.leaderboard import write_all
from rnnbench.pipeline.up_to_date import Request, forget, note, remember, select
from rnnbench.plan import Draft, Unplannable, draft
from rnnbench.prepare import cache_folder, data_folder, prepare
from rnnbench.records.schema import PlannedRun, Record
from rnnbench.records.storage import StorageError, move_aside, read_records, results_lock, write_plan
from rnnbench.suite import Suite, SuiteError, SuiteTask, read_suite
from rnnbench.train.device import choose_device

CHECKPOINT_S = 60.0


class BadRequest(UserError):
    """The suite, the options or the environment are wrong; nothing was started."""


class Display(ExecutionDisplay, Protocol):
    """What the user sees of the whole line."""

    def preparing(self, task: str) -> None:
        """A task's data is being prepared."""

    def planned(self, draft: Draft, selected: Sequence[PlannedRun], left: Sequence[PlannedRun], jobs: int) -> None:
        """The plan is made: ``left`` is what of ``selected`` has no outcome yet."""

    def close(self) -> None:
        """The execution is over."""


@runtime_checkable
class Located(Protocol):
    """A dataset that is read from files."""

    def located(self, folder: Path | None) -> tuple[str, Sequence[Path]]:
        """Where its files lie, in words, and the files."""


@dataclass(frozen=True)
class Result:
    """Where the results lie, and which selected runs have no outcome."""

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
    """
    device = _device(request.device)
    jobs = _jobs(request, device)
    registry = discover()
    for line in registry.unloaded:
        display.warning(line)
    executor = _executor(request, registry)
    suite = _read(request, registry)
    folder = request.folder(suite.name)
    plan_made = _plan(suite, request, registry, device, display)
    selected = select(plan_made.plan, request.only)
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
        noted = note(request, _files(suite, request))  # they may change while runs are under way
        forget(folder)
        left = [one.run for one in unfinished(plan_made, ids, read_records(folder))]
        display.planned(plan_made, selected, left, jobs)
        settings = Settings(folder, device, jobs, _checkpoint_seconds(), stopping, suite.limits)
        try:
            finished = execute(plan_made, ids, settings, executor, display)
        finally:
            display.close()
        write_all(folder)
        remember(folder, noted)
        for line in registry.tell("rnnbench_leaderboard_written", folder=folder):
            display.warning(line)
    records = read_records(folder)
    failed = tuple(records[run_id] for run_id in ids if run_id in records and not records[run_id].status.is_outcome)
    return Result(folder, failed, stopped=not finished)


def executors(registry: Registry) -> dict[str, Any]:
    """Factories of the built-in and all installed executors, by name."""
    return {"local": LocalExecutor, **registry.executors}


def _read(request: Request, registry: Registry) -> Suite:
    try:
        return read_suite(request.suite, registry, request.seeds)
    except SuiteError as error:
        raise BadRequest(str(error)) from error


def _plan(suite: Suite, request: Request, registry: Registry, device: str, display: Display) -> Draft:
    try:
        data, cache = data_folder(request.data_dir), cache_folder()
        _verify(suite, data)
        prepared = {}
        for task in suite.tasks:
            display.preparing(task.label)
            with _reading(suite, task):
                prepared[task.label] = prepare(task.task, task.dataset, data, cache)
        return draft(suite, prepared, registry, device.partition(":")[0])
    except (DataMissing, Unplannable) as error:
        raise BadRequest(f"{suite.path}: {error}") from error
    except OSError as error:
        raise StorageError(Path(error.filename or cache_folder()), error) from error


def _verify(suite: Suite, data: Path | None) -> None:
    """All data of a suite is there; what is not is told at once, before the first hour of preparing.

    Raises:
        DataMissing: some of it is missing, or not what was published.
    """
    missing: dict[str, None] = {}
    for task in suite.tasks:
        try:
            with _reading(suite, task):
                task.dataset.verify(data)
        except DataMissing as error:
            missing[str(error)] = None
    if missing:
        raise DataMissing(f"\n{suite.path}: ".join(missing))


def _reading(suite: Suite, task: SuiteTask) -> AbstractContextManager[object]:
    """Run the code of a task and a dataset that reads and encodes rows; what it raises is a :class:`BadRequest`."""

    def failed(error: BaseException) -> BadRequest:
        return BadRequest(f"{suite.path}: {task.label}: its rows cannot be read and encoded: {format_cause(error)}")

    return third_party_code(failed, passing=(DataMissing, OSError))


def _files(suite: Suite, request: Request) -> list[Path]:
    """The files of the suite's data, where they are files of the user's or of a folder."""
    data = data_folder(request.data_dir)
    located = [task.dataset.located(data)[1] for task in suite.tasks if isinstance(task.dataset, Located)]
    return sorted({path for files in located for path in files})


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


def _executor(request: Request, registry: Registry) -> Executor:
    known = executors(registry)
    if request.executor not in known:
        raise BadRequest(f"--executor {request.executor}{expected_one_of(request.executor, sorted(known))}")
    executor: Executor = known[request.executor]()
    return executor


def _checkpoint_seconds() -> float:
    """Seconds between checkpoints: ``RNNBENCH_CHECKPOINT_SECONDS``, or a minute."""
    given = os.environ.get("RNNBENCH_CHECKPOINT_SECONDS", "")
    try:
        return float(given) if given else CHECKPOINT_S
    except ValueError as error:
        raise BadRequest(f"RNNBENCH_CHECKPOINT_SECONDS: expected a number, got {given!r}") from error
