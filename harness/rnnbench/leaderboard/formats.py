"""The files that a leaderboard is written as. A new format is one module and one line of :data:`FORMATS`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench.leaderboard import csv_table, json_table, markdown
from rnnbench.leaderboard.efficiency import costs
from rnnbench.leaderboard.table import board
from rnnbench.records.storage import read_plan, scan_records, write_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rnnbench.leaderboard.board import Board

FORMATS: dict[str, Callable[[Board], str]] = {
    "csv": csv_table.leaderboard,
    "json": json_table.render,
    "md": markdown.render,
}
"""Renderings by the ending of the file they are written to."""


def read_board(folder: Path) -> Board:
    """The leaderboard of a results folder.

    Raises:
        StorageError: there is no plan, or it cannot be read.
        DamagedFile: the plan is not one.
    """
    plan, found = read_plan(folder), scan_records(folder)
    return board(plan, found.records, found.problems)


def write_all(folder: Path) -> list[Path]:
    """Write ``leaderboard.*`` and ``efficiency.csv`` into a results folder.

    Returns:
        The files, in the order in which they were written.

    Raises:
        StorageError: the plan cannot be read or a file cannot be written.
        DamagedFile: the plan is not one.
    """
    plan, found = read_plan(folder), scan_records(folder)
    made = board(plan, found.records, found.problems)
    written = [write_text(folder, f"leaderboard.{ending}", render(made)) for ending, render in FORMATS.items()]
    return [*written, write_text(folder, "efficiency.csv", csv_table.efficiency(costs(plan, found.records)))]
