"""``checkpoints/<run id>/``: the files that an interrupted run resumes from."""

from __future__ import annotations

from pathlib import Path

from rnnbench.records.files import member, read, remove_folder, size, subfolder, write_atomically
from rnnbench.records.plain import MOST_CHECKPOINT_BYTES

CHECKPOINTS = "checkpoints"


def write_checkpoint(folder: Path, run_id: str, name: str, content: bytes) -> None:
    """Store a checkpoint file of a run.

    Raises:
        StorageError: the disk would not take it.
    """
    write_atomically(member(_checkpoints(folder, run_id), name), content)


def read_checkpoint(folder: Path, run_id: str, name: str) -> bytes | None:
    """The content that :func:`write_checkpoint` stored last; None if there is none.

    Raises:
        StorageError: it is no plain file, too large, or cannot be read.
    """
    path = member(_checkpoints(folder, run_id), name)
    return read(path, MOST_CHECKPOINT_BYTES) if size(path) is not None else None


def remove_checkpoints(folder: Path, run_id: str) -> None:
    """Remove the checkpoints of a run, once it has an outcome."""
    remove_folder(_checkpoints(folder, run_id))


def _checkpoints(folder: Path, run_id: str) -> Path:
    return subfolder(folder, CHECKPOINTS, run_id)
