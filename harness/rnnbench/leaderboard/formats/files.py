"""The files that a leaderboard is written as. A new format is one module and one line of :data:`FORMATS`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench.leaderboard.efficiency import costs
from rnnbench.leaderboard.formats import csv_table, json_table, markdown, tex
from rnnbench.leaderboard.results import Results, read_results
from rnnbench.records.storage import write_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rnnbench.leaderboard.board import Board

FORMATS: dict[str, Callable[[Board], str]] = {
    "csv": csv_table.leaderboard,
    "json": json_table.render,
    "md": markdown.render,
    "tex": tex.render,
}
"""Renderings by the ending of their file. The page, ``html``, shows records too: :func:`render_page`."""


def render_page(results: Results) -> str:
    """``leaderboard.html``: one page that needs no other file and no network."""
    from rnnbench.leaderboard.formats.page import render  # noqa: PLC0415  templates take as long to import as all else

    return render(results)


def read_board(folder: Path) -> Board:
    """The leaderboard of a results folder.

    Raises:
        StorageError: there is no plan, or it cannot be read.
        DamagedFile: the plan is not one.
    """
    return read_results(folder).board


def write_all(folder: Path, results: Results | None = None, with_page: bool = False) -> list[Path]:
    """Write ``leaderboard.*`` and ``efficiency.csv`` into a results folder.

    Args:
        folder: where.
        results: what lies there, where it was read already.
        with_page: whether to write ``leaderboard.html`` too.

    Returns:
        The files, in the order in which they were written.

    Raises:
        StorageError: the plan cannot be read or a file cannot be written.
        DamagedFile: the plan is not one.
    """
    found = results or read_results(folder)
    written = [write_text(folder, f"leaderboard.{ending}", render(found.board)) for ending, render in FORMATS.items()]
    if with_page:
        written.append(write_text(folder, "leaderboard.html", render_page(found)))
    return [*written, write_text(folder, "efficiency.csv", csv_table.efficiency(costs(found.plan, found.records)))]
