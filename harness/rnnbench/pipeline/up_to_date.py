"""Whether a suite was run to its end before, found out without importing torch or any plugin."""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import json
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from rnnbench import __version__
from rnnbench.base.numerics import NUMERICS
from rnnbench.discovery.entry_points import source_states, versions
from rnnbench.records.files import probe, read, remove
from rnnbench.records.lock import check_free
from rnnbench.records.plain import MOST_RECORD_BYTES
from rnnbench.records.schema import Kind, Plan, PlannedRun
from rnnbench.records.storage import DamagedFile, StorageError, read_plan, read_records, write_text
from rnnbench.suite.problems import SuiteError
from rnnbench.suite.yaml_positions import read_document

MEMORY = ".inputs"
"""In a results folder whose tables show its records: a hash of all that its plan was made from, and the states of the
files of its data."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """The options of ``rnnbench run`` for one suite."""

    suite: Path
    out: Path | None = None
    device: str = "auto"
    jobs: str = "auto"
    executor: str = "local"
    data_dir: Path | None = None
    only: str | None = None
    seeds: int | None = None
    dry_run: bool = False
    fresh: bool = False

    def folder(self, name: str) -> Path:
        """Where the results of a suite of this name go."""
        return self.out or Path("results") / name


def recall(request: Request) -> Path | None:
    """The results folder, where the same request was planned there before and every selected run has an outcome."""
    if request.fresh or request.dry_run:
        return None
    try:
        folder = _folder(request)
        inputs, _, files = read(folder / MEMORY, MOST_RECORD_BYTES).decode().partition("\n")
        known = json.loads(files)
        if inputs != memory(request) or known != _states(Path(path) for path, *_ in known):
            return None
        plan = read_plan(folder)
        runs = select(plan, request.only)
        records = read_records(folder)
    except (OSError, ValueError, TypeError, RecursionError, SuiteError, StorageError, DamagedFile):
        return None  # whatever is wrong is found again, and told, on the long way
    done = all(run.id in records and records[run.id].status.is_outcome for run in runs)
    return folder if runs and done else None


def check_folder(request: Request) -> None:
    """Make sure that the results can be stored before anything is prepared; leaves no trace.

    Raises:
        FolderInUse: another process writes into the results folder.
        StorageError: it takes no files.
    """
    with contextlib.suppress(OSError, ValueError, SuiteError):  # a mistake in the suite is told on the long way
        folder = _folder(request)
        check_free(folder)
        probe(folder)


def note(request: Request, files: Iterable[Path]) -> str:
    """What a plan is being made from; ``files`` are those of its data."""
    return f"{memory(request)}\n{json.dumps(_states(files))}\n"


def remember(folder: Path, noted: str) -> None:
    """Keep what the plan in this folder was made from; called once the tables are written."""
    write_text(folder, MEMORY, noted)


def forget(folder: Path) -> None:
    """From now on, and until :func:`remember`, there may be records that the tables do not show.

    Raises:
        StorageError: what was kept cannot be removed.
    """
    remove(folder / MEMORY)


def _states(files: Iterable[Path]) -> list[list[str | int]]:
    """By file: its size, and when it was last changed, which unlike the time of its content cannot be set."""
    known = [(path.absolute(), path.stat()) for path in files]
    return [[str(path), state.st_size, state.st_ctime_ns] for path, state in known]


def memory(request: Request) -> str:
    """A hash of everything outside the data that a plan depends on."""
    inputs = [
        request.suite.read_text(encoding="utf-8"),
        request.seeds,
        str(request.data_dir or os.environ.get("RNNBENCH_DATA", "")),
        request.device,
        os.path.exists("/dev/nvidiactl"),  # noqa: PTH110  what `auto` would choose by
        versions(),
        source_states(),
        __version__,
        NUMERICS,
    ]
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()


def _folder(request: Request) -> Path:
    """Where the results go, by what the suite's file says."""
    data = read_document(request.suite).data
    name = data.get("suite") if isinstance(data, dict) else None
    return request.folder(name if isinstance(name, str) else request.suite.stem)


def select(plan: Plan, only: str | None) -> list[PlannedRun]:
    """The runs that ``--only`` names, and the baselines and the optimum of their tasks."""
    if only is None:
        return list(plan.runs)
    task_of = {task.label: task.task for task in plan.tasks}
    named = [run for run in plan.runs if _matches(only, _names(run, task_of[run.task]))]
    tasks = {run.task for run in named}
    chosen = {run.id for run in named}
    references = (Kind.BASELINE, Kind.OPTIMUM)
    return [run for run in plan.runs if run.id in chosen or (run.kind in references and run.task in tasks)]


def _names(run: PlannedRun, task: str) -> Collection[str]:
    return {run.model, run.task, task, f"{run.task}/{run.model}", f"{task}/{run.model}", run.id}


def _matches(pattern: str, names: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for name in names)
