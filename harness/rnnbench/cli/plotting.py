"""``rnnbench plot``: learning curves, scores against parameters, and what all tasks say together, as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench.base.errors import UserError
from rnnbench.leaderboard import read_results
from rnnbench.records.files import subfolder
from rnnbench.records.storage import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from rnnbench.leaderboard import Results


class CannotPlot(UserError):
    """There is nothing to draw, or nothing to draw it with."""


def write_plots(source: Path, output: Path | None, form: str) -> list[Path]:
    """Write the pictures of a results folder, by default into its folder ``plots``.

    Returns:
        The files.

    Raises:
        CannotPlot: no run has an outcome yet, or Matplotlib is not installed, which PNG needs.
        StorageError: there is no plan, or a file cannot be written.
        DamagedFile: the plan is not one.
    """
    results = read_results(source)
    figures = _png(results) if form == "png" else _svg(results)
    if not figures:
        raise CannotPlot(f"{source}: nothing to draw, no run has an outcome yet")
    folder = output or subfolder(source, "plots")
    written = []
    for name, content in figures.items():
        path = folder / f"{name}.{form}"
        write_atomically(path, content)
        written.append(path)
    return written


def _svg(results: Results) -> dict[str, bytes]:
    from rnnbench.leaderboard.formats.charts.svg_files import svg_files

    return {name: text.encode() for name, text in svg_files(results).items()}


def _png(results: Results) -> dict[str, bytes]:
    try:
        from rnnbench.leaderboard.formats.charts.png_files import png_files
    except ModuleNotFoundError as error:
        if error.name != "matplotlib":
            raise
        raise CannotPlot("PNG needs Matplotlib: pip install 'rnnbench[plots]', or use --format svg") from error
    return png_files(results)
