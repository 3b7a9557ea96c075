"""Whether a suite was run to its end before, found out without importing torch or any plugin."""

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
"""In a results folder whose tables show its records: a hash of all that its plan was made from but the data, and the
states of the files of its data."""

_Place = tuple[str, str]
"""A file's place: a base of :func:`_bases` and the path below it; or no base and the full path."""


def up_to_date_folder(request: Request) -> Path | None:
    """The results folder, where the same request was planned there before and every selected run has an outcome."""
    if request.fresh or request.dry_run:
        return None
    try:
        folder = results_folder(request)
        inputs, _, files = read(folder / MARKER, MOST_RECORD_BYTES).decode().partition("\n")
        if inputs != _hash_inputs(request) or not all(_is_unchanged(request, state) for state in json.loads(files)):
            return None
        plan = read_plan(folder)
        runs = select_runs(plan, request.only)
        records = read_records(folder)
    except (OSError, ValueError, TypeError, RecursionError, SuiteError, StorageError, DamagedFile):
        return None  # whatever is wrong is found and reported when the suite is run
    done = all(run.id in records and records[run.id].status.is_outcome for run in runs)
    return folder if runs and done else None


def describe_inputs(request: Request, files: Iterable[Path]) -> str:
    """The marker's content: what a plan is being made from; ``files`` are those that its data are read from."""
    places = sorted({place for path in files for place in _places(request, path.absolute())})
    return f"{_hash_inputs(request)}\n{json.dumps([_state(request, *place) for place in places])}\n"


def mark_up_to_date(folder: Path, inputs: str | None) -> None:
    """Write the marker, once the tables are written; ``inputs`` is from :func:`describe_inputs`.

    None where that is not known: the data are then read again at each call.
    """
    if inputs is not None:
        write_text(folder, MARKER, inputs)


def remove_mark(folder: Path) -> None:
    """Remove the marker: until the tables are written, there may be records that they do not show.

    Raises:
        StorageError: it cannot be removed.
    """
    remove(folder / MARKER)


def _bases(request: Request) -> dict[str, Path]:
    """Where datasets look for files: the data folder, and the working folder. A copied project has its own."""
    named = request.data_dir or os.environ.get("RNNBENCH_DATA")
    return {**({"data": Path(named).resolve()} if named else {}), "working": Path.cwd()}


def _places(request: Request, path: Path) -> list[_Place]:
    """A file's place below the first base that holds it, and the same below the others: a file there may come first."""
    bases = _bases(request)
    for base in bases.values():
        if path.is_relative_to(base):
            return [(name, str(path.relative_to(base))) for name in bases]
    return [("", str(path))]


def _state(request: Request, base: str, path: str) -> list[str | int | None]:
    """A file's place, size, time of change (which unlike the time of its content cannot be set) and SHA-256.

    Without the last three where there is no file.
    """
    whole = _bases(request).get(base, Path()) / path
    try:
        known = whole.stat()
        with whole.open("rb") as file:
            return [base, path, known.st_size, known.st_ctime_ns, hashlib.file_digest(file, "sha256").hexdigest()]
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return [base, path, None, None, None]


def _is_unchanged(request: Request, described: list[str | int | None]) -> bool:
    """Whether a file has the content that it had: read again only where its size is the same and its time is not."""
    base, path, size, changed, digest = described
    try:
        known = (_bases(request).get(str(base), Path()) / str(path)).stat()
    except (FileNotFoundError, NotADirectoryError):
        return size is None
    if known.st_size == size and known.st_ctime_ns == changed:
        return True
    return size in (None, known.st_size) and _state(request, str(base), str(path))[-1] == digest


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
