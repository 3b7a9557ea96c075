"""Whether a suite was run to its end before, found out without importing torch or any plugin.

A results folder whose tables show all its records has a marker: a hash of what its plan was made from, and the states
of the files of its data.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from rnnbench import __version__
from rnnbench.base.numerics import NUMERICS
from rnnbench.discovery.entry_points import source_states, versions
from rnnbench.pipeline.request import Request, results_folder
from rnnbench.pipeline.selection import select_runs
from rnnbench.records.files import read, remove
from rnnbench.records.plain import MOST_RECORD_BYTES
from rnnbench.records.storage import DamagedFile, StorageError, read_plan, read_records, write_text
from rnnbench.suite.problems import SuiteError

MARKER = ".inputs"
"""The marker's file name."""


def up_to_date_folder(request: Request) -> Path | None:
    """The results folder, where the same request was planned there before and every selected run has an outcome."""
    if request.fresh or request.dry_run:
        return None
    try:
        folder = results_folder(request)
        inputs, _, files = read(folder / MARKER, MOST_RECORD_BYTES).decode().partition("\n")
        known = json.loads(files)
        if inputs != _hash_inputs(request) or known != _states(Path(path) for path, *_ in known):
            return None
        plan = read_plan(folder)
        runs = select_runs(plan, request.only)
        records = read_records(folder)
    except (OSError, ValueError, TypeError, RecursionError, SuiteError, StorageError, DamagedFile):
        return None  # whatever is wrong is found and reported when the suite is run
    done = all(run.id in records and records[run.id].status.is_outcome for run in runs)
    return folder if runs and done else None


def describe_inputs(request: Request, files: Iterable[Path]) -> str:
    """The marker's content: what a plan is being made from; ``files`` are those of its data."""
    return f"{_hash_inputs(request)}\n{json.dumps(_states(files))}\n"


def mark_up_to_date(folder: Path, inputs: str) -> None:
    """Write the marker, once the tables are written; ``inputs`` is from :func:`describe_inputs`."""
    write_text(folder, MARKER, inputs)


def remove_mark(folder: Path) -> None:
    """Remove the marker: until the tables are written, there may be records that they do not show.

    Raises:
        StorageError: it cannot be removed.
    """
    remove(folder / MARKER)


def _states(files: Iterable[Path]) -> list[list[str | int]]:
    """By file: its size, and when it was last changed, which unlike the time of its content cannot be set."""
    known = [(path.absolute(), path.stat()) for path in files]
    return [[str(path), state.st_size, state.st_ctime_ns] for path, state in known]


def _hash_inputs(request: Request) -> str:
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
