"""Writes the tables of a results folder beside its records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench.leaderboard.formats import table_files
from rnnbench.leaderboard.results import Results, read_results
from rnnbench.records.storage import write_text

if TYPE_CHECKING:
    from pathlib import Path


def write_all(folder: Path, results: Results | None = None, *, on_request: bool = False) -> list[Path]:
    """Write the tables of a results folder into it: ``leaderboard.*`` and ``efficiency.csv``.

    Args:
        folder: the results folder.
        results: its plan and records, where they were read already.
        on_request: whether to write the formats too that are made on request alone (the page).

    Returns:
        The files that were written.

    Raises:
        StorageError: the plan cannot be read or a file cannot be written.
        DamagedFile: the plan is not one.
    """
    of = results or read_results(folder)
    formats = [each for each in table_files().values() if on_request or not each.on_request]
    return [write_text(folder, each.file_name, each.render(of)) for each in formats]
