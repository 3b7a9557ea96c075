"""Reads somebody else's results folder without trusting it: strict JSON, size limits, no links, nothing outside it.

Nothing that is read is executed, unpickled, imported or used as a path: a run's files are found by listing the folder.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import math
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from rnnbench.base.errors import UserError
from rnnbench.base.messages import invalid_fields, shown
from rnnbench.records.files import StorageError, listing, member, read, subfolder
from rnnbench.records.plain import MOST_PLAN_BYTES, MOST_RECORD_BYTES
from rnnbench.records.schema import Plan, Record
from rnnbench.records.storage import ITEMS, PLAN, RUNS
from rnnbench.submission.problems import Problem
from rnnbench.submission.validate.entries import check_entries
from rnnbench.submission.validate.fields import invalid_free_fields

MOST_ITEMS_BYTES = 64 << 20
"""The size limit of a run's items, decompressed."""
RUN_ID = re.compile(r"[0-9a-f]{16}")

S = TypeVar("S", bound=BaseModel)
Columns = Mapping[str, list[Any]]


class Unreadable(UserError):
    """A file cannot be used. The message says why."""


@dataclass(frozen=True)
class Submission:
    """The content of a results folder: the plan, the records by run id, and the problems of what could not be read."""

    folder: Path
    plan: Plan | None
    records: Mapping[str, Record]
    items: frozenset[str]
    """The runs that have a file of items."""
    problems: tuple[Problem, ...] = field(default=())

    def columns(self, run_id: str) -> tuple[Columns, str]:
        """A run's items, and the SHA-256 of their uncompressed bytes.

        Raises:
            Unreadable: they are too large, cut short or no columns.
        """
        content = _unpacked(read_capped(self.folder, f"{ITEMS}/{run_id}.json.gz", MOST_ITEMS_BYTES))
        return _columns(parse(content)), hashlib.sha256(content).hexdigest()


def read_submission(folder: Path) -> Submission:
    """Read everything in a folder; the problems of its files are in the result."""
    problems = list(check_entries(folder))
    plan = _read(Plan, folder, PLAN, MOST_PLAN_BYTES, problems)
    records: dict[str, Record] = {}
    for name in _members(folder, RUNS, ".json", problems):
        record = _read(Record, folder, f"{RUNS}/{name}.json", MOST_RECORD_BYTES, problems)
        if record is None:
            continue
        if record.id != name:
            problems.append(Problem(f"{RUNS}/{name}.json", "id", f"expected the file's name, got {shown(record.id)}"))
            continue
        records[name] = record
    items = frozenset(_members(folder, ITEMS, ".json.gz", problems))
    return Submission(folder, plan, records, items, tuple(problems))


def read_record(path: Path) -> Record:
    """Read one record.

    Raises:
        Unreadable: it is not a valid record; the message has a line for each problem.
    """
    problems: list[Problem] = []
    record = _read(Record, path.parent, path.name, MOST_RECORD_BYTES, problems)
    if record is None:
        raise Unreadable("\n".join(map(str, problems)))
    return record


def read_capped(folder: Path, name: str, most: int) -> bytes:
    """The content of a plain file of at most ``most`` bytes; ``name`` is relative to ``folder``.

    Raises:
        Unreadable: it is no plain file, is below a link, or is too large.
    """
    *above, last = name.split("/")
    try:
        return read(member(subfolder(folder, *above), last), most)
    except StorageError as error:
        raise Unreadable(error.reason) from error


def parse(content: bytes) -> Any:
    """Strict JSON: finite numbers, and no name twice in an object.

    Raises:
        Unreadable: it is something else.
    """
    try:
        return json.loads(
            content,
            object_pairs_hook=_without_duplicates,
            parse_constant=_finite,
            parse_float=_finite,
            parse_int=_int64,
        )
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is no strict JSON: {error}") from error


def _read(schema: type[S], folder: Path, name: str, most: int, problems: list[Problem]) -> S | None:
    """A file parsed by ``schema``; if it is invalid, None, and what is wrong is added to ``problems``."""
    try:
        content = read_capped(folder, name, most)
        value = parse(content)
        found = schema.model_validate_json(content, strict=True)
    except Unreadable as error:
        problems.append(Problem(name, "", str(error)))
    except ValidationError as error:
        problems += [Problem(name, place, wrong) for place, wrong in invalid_fields(error)]
    else:
        wrong_inside = [Problem(name, at, message) for at, message in invalid_free_fields(value)]
        problems += wrong_inside
        return None if wrong_inside else found
    return None


def _members(folder: Path, kind: str, ending: str, problems: list[Problem]) -> Iterator[str]:
    """The runs that have a file of this kind."""
    try:
        names = [path.name for path in listing(subfolder(folder, kind))]
    except StorageError as error:
        problems.append(Problem(kind, "", error.reason))
        return
    for name in names:
        if name.endswith(ending) and RUN_ID.fullmatch(name.removesuffix(ending)):
            yield name.removesuffix(ending)
        else:
            problems.append(Problem(f"{kind}/{name}", "", f"expected <run id>{ending} and nothing else here"))


def _unpacked(content: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            unpacked = file.read(MOST_ITEMS_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable(f"cannot be unpacked: {error}") from error
    if len(unpacked) > MOST_ITEMS_BYTES:
        raise Unreadable(f"unpacks to more than {MOST_ITEMS_BYTES:,} bytes")
    return unpacked


def _columns(value: Any) -> Columns:
    if not isinstance(value, dict) or not value or not all(isinstance(column, list) for column in value.values()):
        raise Unreadable("holds no columns")
    lengths = {name: len(column) for name, column in value.items()}
    if len(set(lengths.values())) > 1:
        raise Unreadable(f"columns should be equally long, got {shown(lengths)}")
    for name, column in value.items():
        kinds = {type(cell) for cell in column}
        if not (kinds <= {str} or kinds <= {int, float}):
            raise Unreadable(f"column {shown(name)} should hold text or numbers, got {shown(column[:3])}, ...")
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{shown(next(name for name in names if names.count(name) > 1))} stands twice in one object")
    return found


def _int64(text: str) -> int:
    value = int(text)
    if abs(value) >= 2**63:
        raise ValueError(f"{text[:20]}... is larger than any number here")
    return value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no finite number")
    return value
