"""Writes the README's board from the records of a published one: ``python docs/update_readme.py``.

A test calls :func:`updated` and compares, so that no figure in the README is typed.
"""

from __future__ import annotations

import re
from pathlib import Path

from rnnbench.leaderboard import Board, read_board
from rnnbench.leaderboard.board import Row, RowKind, Table

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
_BLOCK = re.compile(r"(<!-- board: (\S+) -->\n).*?(<!-- end of board -->)", re.DOTALL)


def updated(text: str) -> str:
    """The text with each block between ``<!-- board: FOLDER -->`` and ``<!-- end of board -->`` made anew."""
    return _BLOCK.sub(lambda block: block[1] + overview(read_board(ROOT / block[2])) + block[3], text)


def overview(board: Board) -> str:
    """One table over all tasks: a row for each model, best baseline and optimum; a cell is score, interval, rank."""
    tables = list(board.tables)
    models = sorted({row.model for table in tables for row in table.rows if row.kind is RowKind.MODEL})
    lines = [["", *(f"{table.task}, {_heading(table)}" for table in tables)], [":--", *(":--" for _ in tables)]]
    lines += [[model, *(_cell(table, model) for table in tables)] for model in models]
    lines.append(["*best baseline*", *(_reference(table, table.best_baseline) for table in tables)])
    lines.append(["*optimum*", *(_reference(table, "optimum") for table in tables)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _heading(table: Table) -> str:
    unit = f" ({table.metric.unit})" if table.metric.unit else ""
    return f"{table.metric.name}{unit} {'↑' if table.metric.maximise else '↓'}"


def _cell(table: Table, model: str) -> str:
    row = _row(table, model)
    if row is None:
        return next(f"n/a: {reason}" for skipped, reason in table.skips if skipped == model)
    if row.mean is None:
        return "no outcome"
    interval = row.seeds_interval
    spread = f" [{_number(interval.low)}, {_number(interval.high)}]" if interval else ""
    rank = f", rank {row.rank}" if row.rank is not None else ""
    text = f"{_number(row.mean)}{spread}{rank}"
    return f"**{text}**" if row.rank == 1 else text


def _reference(table: Table, label: str | None) -> str:
    row = _row(table, label) if label else None
    if row is None or row.mean is None:
        return ""
    name = row.model.removeprefix("baseline:")
    return _number(row.mean) if name == "optimum" else f"{_number(row.mean)} ({name})"


def _row(table: Table, label: str) -> Row | None:
    return next((row for row in table.rows if row.model == label), None)


def _number(value: float) -> str:
    """Four digits that count, as far as two decimals reach."""
    return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"


if __name__ == "__main__":
    README.write_text(updated(README.read_text(encoding="utf-8")), encoding="utf-8")
