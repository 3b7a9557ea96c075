"""Signs runs that a maintainer has rerun, and checks that ``verified.json`` still matches the records."""

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
    """Add a verification to the board's ``verified.json``.

    Raises:
        StorageError: the file cannot be read or written.
        DamagedFile: its content is invalid.
    """
    write_verifications(folder, {**read_verifications(folder), run_id: verification})


def check_verified(submission: Submission) -> Iterator[Problem]:
    """Each verification is of a record that exists and has not changed since."""
    try:
        verifications = read_verifications(submission.folder)
    except StorageError as error:
        yield Problem(VERIFIED, "", error.reason)
        return
    except DamagedFile as error:
        yield Problem(VERIFIED, "", error.problem)
        return
    for run_id, verification in verifications.items():
        if run_id not in submission.records:
            yield Problem(VERIFIED, run_id, "expected the id of a record here")
        elif (found := record_hash(submission.folder, run_id)) != verification.record_sha256:
            yield differs(VERIFIED, f"{run_id}.record_sha256", found, verification.record_sha256, "of the record")
