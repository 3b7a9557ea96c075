"""Text and tables from a user's files, read strictly: what is wrong is named by its line, and no value is guessed."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from typing import TYPE_CHECKING, Any

from rnnbench import DataMissing, did_you_mean
from rnnbench_tasks.own.unusable import Unusable
from rnnbench_tasks.public.source import columns as parquet_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    Line = tuple[int, tuple[Any, ...]]
    """Where a row ends in its file, counted from 1, and its values."""

SEPARATORS = {".csv": ",", ".tsv": "\t"}
JSON_LINES = (".jsonl", ".ndjson")
PARQUET = ".parquet"
TABLES = (*SEPARATORS, *JSON_LINES, PARQUET)


def find(name: str, folder: Path | None, working: Path) -> Path:
    """A file by its full path, or else below the data folder, or else below the working folder.

    Raises:
        DataMissing: it is in none of them.
    """
    tried = list(dict.fromkeys(base / name for base in (folder, working) if base is not None))
    for path in tried:
        if path.is_file():
            return path
    for path in tried:
        if path.is_dir():
            raise DataMissing(f"{path} is a folder, expected a file")
    siblings = {path.name for one in tried if one.parent.is_dir() for path in one.parent.iterdir() if path.is_file()}
    raise DataMissing(
        f"no file {' or '.join(map(str, tried))}{did_you_mean(tried[0].name, siblings)}; give a full path, or one "
        "below --data-dir (RNNBENCH_DATA) or below the folder that the command is called in"
    )


def read_lines(path: Path) -> list[str]:
    """The lines of a text, gzipped or not, without their ends; no other character than a line feed ends one."""
    return [line.removesuffix("\r") for line in _text(path).removesuffix("\n").split("\n")]


def read_table(path: Path, columns: Sequence[str]) -> list[Line]:
    """These columns of a table, in their order: CSV, TSV, JSON lines (each of them gzipped or not) or Parquet.

    Raises:
        Unusable: a column is not there, or a line is not one of a table.
    """
    kind = _kind(path)
    if kind in SEPARATORS:
        return list(_separated(path, columns, SEPARATORS[kind]))
    if kind in JSON_LINES:
        return list(_json_lines(path, columns))
    if kind == PARQUET:
        return list(_parquet(path, columns))
    raise Unusable(path, None, f"a table is expected to end in {', '.join(TABLES)}; rename or convert it")


def is_table(name: str) -> bool:
    """Whether a file of this name is read as a table."""
    return name.removesuffix(".gz").endswith(TABLES)


def _kind(path: Path) -> str:
    return (path.with_suffix("") if path.suffix == ".gz" else path).suffix


def _text(path: Path) -> str:
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unusable(path, None, f"not a whole gzip file: {error}; make or copy it again") from error
    except OSError as error:
        raise Unusable(path, None, f"cannot be read: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unusable(
            path,
            line,
            f"byte 0x{content[error.start]:02x} is no UTF-8; convert the file, for example from Latin-1: "
            "iconv -f latin1 -t utf-8",
        ) from error


def _separated(path: Path, columns: Sequence[str], separator: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(_text(path), newline=""), delimiter=separator, strict=True)
    try:
        header = next(reader, [])
        _check_names(path, columns, header)
        repeated = [name for name in columns if header.count(name) > 1]
        if repeated:
            raise Unusable(path, 1, f"two columns are named {repeated[0]!r}; rename one")
        places = [header.index(name) for name in columns]
        for row in reader:
            if not row:  # an empty line
                continue
            if len(row) != len(header):
                raise Unusable(
                    path,
                    reader.line_num,
                    f"{len(row)} columns, expected {len(header)} as in the header; put quotes around a field that "
                    f"holds {separator!r}",
                )
            yield reader.line_num, tuple(row[place] for place in places)
    except csv.Error as error:
        raise Unusable(path, reader.line_num, f"{error}; a quote inside a quoted field is written twice") from error


def _json_lines(path: Path, columns: Sequence[str]) -> Iterator[Line]:
    for number, line in enumerate(read_lines(path), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise Unusable(path, number, f"no JSON: {error}; one object a line is expected") from error
        if not isinstance(row, dict):
            raise Unusable(path, number, f"got {line[:40]}, expected an object with {', '.join(columns)}")
        _check_names(path, columns, list(row), number)
        yield number, tuple(row[name] for name in columns)


def _parquet(path: Path, columns: Sequence[str]) -> Iterator[Line]:
    try:
        found = parquet_columns([path])
    except Exception as error:  # whatever a damaged file makes the reader raise
        raise Unusable(path, None, f"cannot be read as Parquet: {str(error.__cause__ or error)[:200]}") from error
    _check_names(path, columns, list(found))
    yield from enumerate(zip(*(found[name] for name in columns), strict=True), 1)


def _check_names(path: Path, columns: Sequence[str], found: Sequence[str], line: int | None = 1) -> None:
    for name in columns:
        if name not in found:
            there = ", ".join(map(repr, found[:20])) or "none"
            raise Unusable(path, line, f"no column {name!r}{did_you_mean(name, found)}, only {there}")
