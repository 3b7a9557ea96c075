"""The mark of runs that a maintainer ran again, and whether it still is of the record that lies there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rnnbench.records.storage import DamagedFile, StorageError
from rnnbench.records.verifications import (
    VERIFIED,
    Verification,
    read_verifications,
    record_hash,
    write_verifications,
)
from rnnbench.submission.problems import Problem, differs
from rnnbench.submission.read import Submission


def sign(folder: Path, run_id: str, verification: Verification) -> None:
    """Add a mark to the board's ``verified.json``.

    Raises:
        StorageError: the file cannot be read or written.
        DamagedFile: what lies there is no such file.
    """
    write_verifications(folder, {**read_verifications(folder), run_id: verification})


def check_verified(submission: Submission) -> Iterator[Problem]:
    """Each mark is of a record that is there as it was."""
    try:
        marks = read_verifications(submission.folder)
    except StorageError as error:
        yield Problem(VERIFIED, "", error.reason)
        return
    except DamagedFile as error:
        yield Problem(VERIFIED, "", error.problem)
        return
    for run_id, mark in marks.items():
        if run_id not in submission.records:
            yield Problem(VERIFIED, run_id, "expected the id of a record here")
        elif (found := record_hash(submission.folder, run_id)) != mark.record_sha256:
            yield differs(VERIFIED, f"{run_id}.record_sha256", found, mark.record_sha256, "of the record")
