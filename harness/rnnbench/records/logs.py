"""``logs/<run id>.log``: what a run's plugins and libraries printed."""

from __future__ import annotations

from pathlib import Path

from rnnbench.records.files import append_line, member, open_emptied, remove_if_empty, subfolder

LOGS = "logs"


def open_log(folder: Path, run_id: str) -> int:
    """Open a run's log for writing, truncated. Returns the descriptor.

    Raises:
        StorageError: it cannot be opened.
    """
    return open_emptied(_log(folder, run_id))


def append_to_log(folder: Path, run_id: str, line: str) -> None:
    """Add a line to a run's log.

    Raises:
        StorageError: it cannot be written.
    """
    append_line(_log(folder, run_id), line)


def remove_empty_log(folder: Path, run_id: str) -> None:
    """Remove the log of a run that printed nothing."""
    remove_if_empty(_log(folder, run_id))


def _log(folder: Path, run_id: str) -> Path:
    return member(subfolder(folder, LOGS), f"{run_id}.log")
