"""``verified.json``: the runs of a board that a maintainer has rerun: by whom, when and with what result."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from rnnbench.base.messages import first_invalid_field
from rnnbench.records.files import StorageError, member, read, subfolder, write_atomically
from rnnbench.records.plain import MOST_RECORD_BYTES
from rnnbench.records.storage import RUNS, DamagedFile

VERIFIED: Final = "verified.json"


class Verification(BaseModel):
    """One rerun. ``record_sha256`` is the hash of the record that was compared: a record that changes is unverified."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: str
    on: str
    """The day, as YYYY-MM-DD."""
    harness: str
    commit: str | None
    result: Literal["identical", "within tolerance"]
    record_sha256: str


Verifications = TypeAdapter(dict[str, Verification])


def read_verifications(folder: Path) -> dict[str, Verification]:
    """The verifications by run id; empty if there is no ``verified.json``.

    Raises:
        StorageError: it cannot be read.
        DamagedFile: its content is invalid.
    """
    path = folder / VERIFIED
    try:
        return Verifications.validate_json(read(path, MOST_RECORD_BYTES), strict=True)
    except StorageError as error:
        if isinstance(error.cause, FileNotFoundError):
            return {}
        raise
    except ValidationError as error:
        raise DamagedFile(path, first_invalid_field(error)) from error


def confirmed(folder: Path, run_ids: Iterable[str]) -> set[str]:
    """Which of these runs are verified: rerun with the same result, and their record unchanged since.

    Raises:
        StorageError: a file cannot be read.
        DamagedFile: the content of ``verified.json`` is invalid.
    """
    verifications = read_verifications(folder)
    return {
        run_id
        for run_id in run_ids
        if run_id in verifications and record_hash(folder, run_id) == verifications[run_id].record_sha256
    }


def record_hash(folder: Path, run_id: str) -> str:
    """The SHA-256 of a record's file.

    Raises:
        StorageError: there is none, or it cannot be read.
    """
    content = read(member(subfolder(folder, RUNS), f"{run_id}.json"), MOST_RECORD_BYTES)
    return hashlib.sha256(content).hexdigest()


def write_verifications(folder: Path, verifications: dict[str, Verification]) -> None:
    """Store ``verified.json``, the same bytes for the same content."""
    write_atomically(folder / VERIFIED, Verifications.dump_json(dict(sorted(verifications.items())), indent=1) + b"\n")
