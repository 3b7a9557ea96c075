"""Everything in a results folder is read and written here, and nowhere else.

::

    plan.json                  every planned run, and every skip with its reason
    runs/<run id>.json         the record of a run
    items/<run id>.json.gz     what its scores are computed from, by columns
    checkpoints/<run id>/...   where a run under way goes on from
    logs/<run id>.log          what its plugins and libraries printed
    logs/<run id>.log          what its plugins and libraries printed
    leaderboard.* efficiency.csv
    .lock                      held by the process that writes

A file is there in full or not at all: it is written beside its place, forced to disk and moved.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import math
import os
import re
import shutil
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import to_jsonable_python

from rnnbench.records.files import StorageError, naming, read, remove_temporaries, write_atomically
from rnnbench.records.lock import FolderInUse, lock
from rnnbench.records.schema import Plan, Record

__all__ = [
    "DamagedFile",
    "FolderInUse",
    "Found",
    "Problem",
    "StorageError",
    "move_aside",
    "open_log",
    "read_checkpoint",
    "read_items",
    "read_plan",
    "read_records",
    "remove_checkpoints",
    "remove_empty_log",
    "results_lock",
    "scan_records",
    "write_atomically",
    "write_checkpoint",
    "write_plan",
    "write_record",
    "write_text",
]

PLAN, RUNS, ITEMS, CHECKPOINTS, LOGS = "plan.json", "runs", "items", "checkpoints", "logs"

Columns = Mapping[str, Sequence[Any]]
"""Items: equally long columns of JSON values."""

Shape = TypeVar("Shape", bound=BaseModel)

_MAYBE_NOT_FINITE = re.compile(rb"NaN|Infinity|[0-9][eE][+]?[0-9]{3}")


class DamagedFile(Exception):
    """A file is there but does not hold what it should."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, problem)
        self.path, self.problem = path, problem

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


@dataclass(frozen=True, order=True)
class Problem:
    """A file that could not be used; ``file`` is relative to the results folder."""

    file: str
    cause: str


@dataclass(frozen=True)
class Found:
    """The records of a folder by run id, and the files in their place that are none."""

    records: dict[str, Record]
    problems: tuple[Problem, ...]


# The plan


def write_plan(folder: Path, plan: Plan) -> None:
    """Store ``plan.json``."""
    write_atomically(folder / PLAN, _json(plan.model_dump(), indent=1))


def read_plan(folder: Path) -> Plan:
    """The plan of a results folder.

    Raises:
        StorageError: there is none, or it cannot be read.
        DamagedFile: it is not a plan.
    """
    path = folder / PLAN
    return _validate(Plan, read(path), path)


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
    path = _member(folder / RUNS, f"{record.id}.json")
    write_atomically(path, _json(record.model_dump(), indent=1))
    return record


def read_records(folder: Path) -> dict[str, Record]:
    """The records of a folder by run id; damaged ones count as absent (:func:`scan_records` lists them)."""
    return scan_records(folder).records


def scan_records(folder: Path) -> Found:
    """The records of a folder by run id, and the problems of the files that are no records."""
    records, problems = {}, []
    for path in _listing(folder / RUNS):
        if path.suffix != ".json" or path.name.startswith("."):
            continue
        try:
            record = _validate(Record, read(path), path)
        except StorageError as error:
            problems.append(Problem(f"{RUNS}/{path.name}", error.cause.strerror or str(error.cause)))
        except DamagedFile as error:
            problems.append(Problem(f"{RUNS}/{path.name}", error.problem))
        else:
            if record.id == path.stem:
                records[record.id] = record
            else:
                problems.append(Problem(f"{RUNS}/{path.name}", f"holds the record of run {record.id}"))
    return Found(records, tuple(problems))


def read_items(folder: Path, run_id: str, sha256: str | None = None) -> dict[str, list[Any]]:
    """The items of a run, by column; checked against ``sha256`` where it is given.

    Raises:
        StorageError: there are none, or they cannot be read.
        DamagedFile: they are cut short, altered, or no items.
    """
    path = _items_path(folder, run_id)
    try:
        content = gzip.decompress(read(path))
        items = json.loads(content)
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise DamagedFile(path, f"cannot be unpacked: {error}") from error
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise DamagedFile(path, "is not what its record was made from: the checksums differ")
    if not isinstance(items, dict) or not all(isinstance(column, list) for column in items.values()):
        raise DamagedFile(path, "holds no columns")
    return items


# Checkpoints


def write_checkpoint(folder: Path, run_id: str, name: str, content: bytes) -> None:
    """Store a file that a run goes on from."""
    write_atomically(_member(_checkpoints(folder, run_id), name), content)


def read_checkpoint(folder: Path, run_id: str, name: str) -> bytes | None:
    """What :func:`write_checkpoint` stored last; None where there is nothing."""
    path = _member(_checkpoints(folder, run_id), name)
    return read(path) if path.exists() else None


def remove_checkpoints(folder: Path, run_id: str) -> None:
    """Remove a run's checkpoints; a run has none left once its record is stored."""
    path = _checkpoints(folder, run_id)
    with naming(path), contextlib.suppress(FileNotFoundError):
        shutil.rmtree(path)
    with contextlib.suppress(OSError):
        path.parent.rmdir()  # the last run's leave no empty folder


# Logs


def open_log(folder: Path, run_id: str) -> int:
    """A descriptor of ``logs/<run id>.log``, emptied: what a run's plugins and libraries print goes there.

    Raises:
        StorageError: it cannot be opened.
    """
    path = _member(folder / LOGS, f"{run_id}.log")
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)


def remove_empty_log(folder: Path, run_id: str) -> None:
    """Remove the log of a run that printed nothing."""
    path = _member(folder / LOGS, f"{run_id}.log")
    with naming(path), contextlib.suppress(FileNotFoundError):
        if path.stat().st_size == 0:
            path.unlink()


# Single files


def write_text(folder: Path, name: str, text: str) -> Path:
    """Store a text file of the results folder, in UTF-8; returns its path."""
    path = _member(folder, name)
    write_atomically(path, text.encode())
    return path


# The folder as a whole


@contextlib.contextmanager
def results_lock(folder: Path) -> Iterator[None]:
    """Be the one process that writes into ``folder``, which is made if need be.

    What writers that were killed left half-written is removed first.

    Raises:
        FolderInUse: another process holds it.
        StorageError: the folder cannot be made or locked.
    """
    with lock(folder):
        for place in (folder, folder / RUNS, folder / ITEMS, *folder.glob(f"{CHECKPOINTS}/*")):
            remove_temporaries(place)
        yield


def move_aside(folder: Path) -> Path | None:
    """Rename a results folder to ``<name>.<n>``, the first number that is free; called before :func:`results_lock`.

    Returns:
        Where it lies now; None where there was nothing to move.

    Raises:
        FolderInUse: another process writes into it.
        StorageError: it cannot be renamed.
    """
    if not folder.exists():
        return None
    with results_lock(folder), naming(folder):
        number = 1
        while (target := folder.with_name(f"{folder.name}.{number}")).exists():
            number += 1
        return folder.rename(target)


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


def _validate(shape: type[Shape], content: bytes, path: Path) -> Shape:
    try:
        if _MAYBE_NOT_FINITE.search(content):
            json.loads(content, parse_constant=_finite, parse_float=_finite)
        return shape.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise DamagedFile(path, f"{field}: {first['msg']}" if field else first["msg"]) from error
    except (ValueError, RecursionError) as error:
        raise DamagedFile(path, str(error)) from error


def _finite(text: str) -> float:
    """Pydantic lets NaN, Infinity and 1e999 pass where a field may hold anything."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no finite number")
    return value


def _listing(folder: Path) -> list[Path]:
    with naming(folder):
        return sorted(folder.iterdir()) if folder.exists() else []


def _member(folder: Path, name: str) -> Path:
    """``folder/name``, where the name, which may come from a stranger's record, cannot lead elsewhere."""
    if name != Path(name).name or name in ("", ".", "..") or "\0" in name:
        raise ValueError(f"{name!r} is not a file name")
    return folder / name


def _items_path(folder: Path, run_id: str) -> Path:
    return _member(folder / ITEMS, f"{run_id}.json.gz")


def _checkpoints(folder: Path, run_id: str) -> Path:
    return _member(folder / CHECKPOINTS, run_id)
