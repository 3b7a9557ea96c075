"""The board on a terminal of 80 columns or more."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from rnnbench.leaderboard.board import Board, Row, RowKind, Table
from rnnbench.leaderboard.formatting import (
    asked_metrics,
    brief,
    clean,
    decimals,
    distance,
    half,
    heading,
    other,
    rank,
    score,
    span,
)
from rnnbench.leaderboard.prose import (
    VERDICT_NOTE,
    average_ranks,
    footnotes,
    letters,
    settings,
    table_remarks,
    verdict_parts,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_STYLES = {RowKind.MODEL: "", RowKind.BASELINE: "dim", RowKind.OPTIMUM: "dim italic"}


def show(board: Board, console: Console | None = None) -> None:
    """Print the board, in colour where the terminal has some."""
    (console or Console()).print(renderable(board))


def render(board: Board, width: int = 80) -> str:
    """The board as plain text of this many columns."""
    stream = io.StringIO()
    show(board, Console(file=stream, width=width, color_system=None, force_terminal=False))
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())


def renderable(board: Board) -> RenderableType:
    """The board for a rich console. No text is read as markup."""
    parts: list[RenderableType] = [Text.assemble((clean(board.suite), "bold"), f": {settings(board)}.")]
    for table in board.tables:
        parts += [Text(), *_table(table)]
    if board.tables:
        parts += [Text(), *_lines([VERDICT_NOTE, *([average_ranks(board.across)] if board.across else [])])]
    lines = [f"{problem.file}: {problem.cause}" for problem in board.problems]
    lines += [f"{run_id}: its record is outside the plan" for run_id in board.outside]
    if lines:
        parts += [Text("\nNot counted", style="bold"), *_lines(lines)]
    return Group(*parts)


def _table(table: Table) -> Iterable[RenderableType]:
    digits = decimals(table)
    notes = footnotes(table)
    grid = Grid(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    grid.add_column("#", justify="right", no_wrap=True)
    grid.add_column("model", min_width=17, overflow="fold")
    grid.add_column("score", justify="right", no_wrap=True)
    grid.add_column("95 %, seeds", no_wrap=True)
    grid.add_column("test set", justify="right", no_wrap=True)
    optimum = any(row.to_optimum is not None for row in table.rows)
    asked = asked_metrics(table)
    for metric in asked:
        grid.add_column(heading(metric), justify="right", max_width=14)
    for reference in ["optimum"] * optimum + ["baseline"]:
        grid.add_column(f"to {reference}", justify="right", max_width=9)
    grid.add_column("notes", overflow="fold")
    for row in table.rows:
        distances = [row.to_optimum] * optimum + [row.to_baseline]
        cells = (
            rank(row),
            _name(row),
            score(row.mean, digits),
            span(row.seeds_interval, digits),
            half(row.test_interval, digits),
            *(other(row, metric) for metric in asked),
            *(distance(value, row.metric, digits) for value in distances),
            letters(row, notes),
        )
        grid.add_row(*(Text(cell) for cell in cells), style=_STYLES[row.kind])
    yield Text(f"{clean(table.label)}: {heading(table.metric)}", style="bold")
    yield Padding(Text("; ".join(verdict_parts(table.verdict))), (0, 0, 1, 2))
    yield grid
    yield from _lines(f"{letter}: {mark}" for mark, letter in notes.items())
    yield from _lines(table_remarks(table))
    yield from _lines(f"{metric}: {signature}" for metric, signature in table.signatures)


def _name(row: Row) -> str:
    """The model's label; a baseline's in brackets, where there is little room."""
    name = clean(row.model)
    return f"({name.removeprefix('baseline:')})" if row.kind is RowKind.BASELINE else name


def _lines(lines: Iterable[str]) -> Iterable[RenderableType]:
    return (Padding(Text(brief(line), style="dim"), (0, 0, 0, 2)) for line in lines)
