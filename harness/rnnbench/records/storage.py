"""Reads and writes a results folder as typed records: the plan, the runs and their items; locks and moves the folder.

::

    plan.json                  every planned run, and every skip with its reason
    runs/<run id>.json         the record of a run
    items/<run id>.json.gz     the items that its scores are computed from, by column
    checkpoints/<run id>/...   what an interrupted run resumes from
    logs/<run id>.log          what its plugins and libraries printed
    leaderboard.* efficiency.csv
    .lock                      held by the process that writes

Writes are atomic: to a temporary file beside the target, which is forced to disk and renamed. Only plain files of
bounded size, in folders that are no links, are read (:mod:`rnnbench.records.plain`).
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import math
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import to_jsonable_python

from rnnbench.base.messages import first_invalid_field
from rnnbench.records.checkpoints import CHECKPOINTS
from rnnbench.records.files import (
    DamagedFile,
    StorageError,
    listing,
    member,
    move_to_free_number,
    read,
    remove_empty_folder,
    remove_temporaries,
    subfolder,
    write_atomically,
)
from rnnbench.records.lock import FolderInUse, lock
from rnnbench.records.logs import LOGS
from rnnbench.records.plain import MOST_PLAN_BYTES, MOST_RECORD_BYTES
from rnnbench.records.schema import Plan, Record

__all__ = [
    "DamagedFile",
    "FolderInUse",
    "FoundRecords",
    "StorageError",
    "UnusableFile",
    "move_aside",
    "read_items",
    "read_plan",
    "read_records",
    "results_lock",
    "scan_records",
    "write_atomically",
    "write_plan",
    "write_record",
    "write_text",
]

PLAN, RUNS, ITEMS = "plan.json", "runs", "items"

MOST_BYTES = 2**28
"""Of items, compressed or not: a file of a few kilobytes can decompress to more than memory holds."""

Columns = Mapping[str, Sequence[Any]]
"""Items: equally long columns of JSON values."""
S = TypeVar("S", bound=BaseModel)

_MAYBE_NOT_FINITE = re.compile(rb"NaN|Infinity|[0-9][eE][+]?[0-9]{3}")


@dataclass(frozen=True, order=True)
class UnusableFile:
    """A file that could not be used; ``file`` is relative to the results folder."""

    file: str
    cause: str


@dataclass(frozen=True)
class FoundRecords:
    """The valid records of a folder by run id, and the files among them that are not valid."""

    records: dict[str, Record]
    problems: tuple[UnusableFile, ...]


# The plan


def write_plan(folder: Path, plan: Plan) -> None:
    """Store ``plan.json``."""
    write_atomically(folder / PLAN, _json(plan.model_dump(), indent=1))


def read_plan(folder: Path) -> Plan:
    """The plan of a results folder.

    Raises:
        StorageError: there is none, or it cannot be read.
        DamagedFile: it is not a plan, or plans a run of a task that it does not hold.
    """
    path = folder / PLAN
    plan = _validate(Plan, read(path, MOST_PLAN_BYTES), path)
    tasks = {task.label for task in plan.tasks}
    for run in plan.runs:
        if run.task not in tasks:
            raise DamagedFile(path, f"runs.{run.id}.task: {run.task} is none of the plan's tasks")
    return plan


# Records and their items


def write_record(folder: Path, record: Record, items: Columns | None = None) -> Record:
    """Store a run's items, if it has any, and then its record.

    Returns:
        The record as stored: ``items_sha256`` is that of the uncompressed items.

    Raises:
        ValueError: the items are not equally long columns of JSON values.
        StorageError: the disk would not take them.
    """
    if items is not None:
        content = _items_json(items)
        write_atomically(_items_path(folder, record.id), _gzip(content))
        record = record.model_copy(update={"items_sha256": hashlib.sha256(content).hexdigest()})
    path = member(subfolder(folder, RUNS), f"{record.id}.json")
    write_atomically(path, _json(record.model_dump(), indent=1))
    return record


def read_records(folder: Path) -> dict[str, Record]:
    """The records of a folder by run id; damaged ones count as absent (:func:`scan_records` lists them).

    Raises:
        StorageError: ``runs/`` is no folder, a link, or has too many entries.
    """
    return scan_records(folder).records


def scan_records(folder: Path) -> FoundRecords:
    """The valid records of a folder by run id, and the cause for each file that is not one.

    Raises:
        StorageError: ``runs/`` is no folder, a link, or has too many entries.
    """
    records, problems = {}, []
    for path in listing(subfolder(folder, RUNS)):
        if path.suffix != ".json" or path.name.startswith("."):
            continue
        try:
            record = _validate(Record, read(path, MOST_RECORD_BYTES), path)
        except StorageError as error:
            problems.append(UnusableFile(f"{RUNS}/{path.name}", error.reason))
        except DamagedFile as error:
            problems.append(UnusableFile(f"{RUNS}/{path.name}", error.problem))
        else:
            if record.id == path.stem:
                records[record.id] = record
            else:
                problems.append(UnusableFile(f"{RUNS}/{path.name}", f"holds the record of run {record.id}"))
    return FoundRecords(records, tuple(problems))


def read_items(folder: Path, run_id: str, sha256: str | None = None) -> dict[str, list[Any]]:
    """The items of a run, by column; checked against ``sha256`` where it is given.

    Raises:
        StorageError: there are none, or they cannot be read.
        DamagedFile: they are cut short, altered, too large, or no columns.
    """
    path = _items_path(folder, run_id)
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(read(path, MOST_BYTES))) as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise DamagedFile(path, f"unpacks to more than {MOST_BYTES // 2**20} MiB")
        items = json.loads(content)
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise DamagedFile(path, f"cannot be unpacked: {error}") from error
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise DamagedFile(path, "is not what its record was made from: the checksums differ")
    if not isinstance(items, dict) or not all(isinstance(column, list) for column in items.values()):
        raise DamagedFile(path, "holds no columns")
    return items


# Single files


def write_text(folder: Path, name: str, text: str) -> Path:
    """Store a text file of the results folder, in UTF-8; returns its path."""
    path = member(folder, name)
    write_atomically(path, text.encode())
    return path


# The folder as a whole


@contextlib.contextmanager
def results_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of ``folder``, which is created if need be.

    Temporary files of killed processes are removed on entry, empty folders on exit.

    Raises:
        FolderInUse: another process holds it.
        StorageError: the folder cannot be made or locked, or a folder in it is a link or a file.
    """
    with lock(folder):
        remove_temporaries(folder)
        runs = [path.name for path in listing(subfolder(folder, CHECKPOINTS))]
        for names in ((RUNS,), (ITEMS,), *((CHECKPOINTS, run) for run in runs)):
            remove_temporaries(subfolder(folder, *names))
        try:
            yield
        finally:
            for name in (CHECKPOINTS, LOGS):  # not on entry: a worker may just have created one for its file
                remove_empty_folder(folder / name)


def move_aside(folder: Path) -> Path | None:
    """Rename a results folder to ``<name>.<n>``, the first number that is free; called before :func:`results_lock`.

    Returns:
        The new path; None if there was nothing to move.

    Raises:
        FolderInUse: another process writes into it.
        StorageError: it cannot be renamed.
    """
    if not folder.exists():
        return None
    with results_lock(folder):
        return move_to_free_number(folder)


# Helpers


def _json(value: Any, indent: int | None = None) -> bytes:
    """Strict JSON, the same bytes for the same value."""
    text = json.dumps(
        value,
        allow_nan=False,
        sort_keys=True,
        ensure_ascii=False,
        indent=indent,
        separators=(",", ":") if indent is None else None,
        default=to_jsonable_python,
    )
    return f"{text}\n".encode()


def _items_json(items: Columns) -> bytes:
    columns = {name: list(column) for name, column in items.items()}
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"columns of items must be equally long, got {lengths}")
    try:
        return _json(columns)
    except (TypeError, ValueError) as error:
        raise ValueError(f"items must be finite JSON values: {error}") from error


def _gzip(content: bytes) -> bytes:
    """Without time and file name, so that the same content gives the same bytes."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as file:
        file.write(content)
    return buffer.getvalue()


def _validate(schema: type[S], content: bytes, path: Path) -> S:
    try:
        if _MAYBE_NOT_FINITE.search(content):
            json.loads(content, parse_constant=_finite, parse_float=_finite)
        return schema.model_validate_json(content)
    except ValidationError as error:
        raise DamagedFile(path, first_invalid_field(error)) from error
    except (ValueError, RecursionError) as error:
        raise DamagedFile(path, str(error)) from error


def _finite(text: str) -> float:
    """Pydantic lets NaN, Infinity and 1e999 pass where a field may hold anything."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no finite number")
    return value


def _items_path(folder: Path, run_id: str) -> Path:
    return member(subfolder(folder, ITEMS), f"{run_id}.json.gz")
