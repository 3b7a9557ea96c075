"""``leaderboard.md``: a table a task, to be read as it stands or within a README."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rnnbench.leaderboard.board import Board, Row, RowKind, Table
from rnnbench.leaderboard.text import (
    VERDICT_NOTE,
    brief,
    clean,
    decimals,
    distance,
    footnotes,
    heading,
    letters,
    rank,
    remarks,
    score,
    seeds,
    span,
    terms,
    thousands,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnnbench.records.schema import MetricInfo

_SPLITS = ("train", "validation", "test")
_ACTIVE = re.compile(r"[\\`*_\[\]<>|~#!&]")


def render(board: Board) -> str:
    """The board as GitHub-flavoured Markdown."""
    lines = [f"**{_escape(board.suite)}**: {_escape(terms(board))}."]
    if board.description:
        lines += ["", _escape(board.description)]
    if board.tables:
        lines += ["", "### Is a recurrent model enough?", ""]
        lines += [f"- **{_escape(table.label)}**: {_escape(verdict(table.verdict))}" for table in board.tables]
        lines += ["", VERDICT_NOTE]
    for table in board.tables:
        lines += ["", *_table(table)]
    if board.outside or board.problems:
        lines += ["", "### Not counted", ""]
        lines += [f"- {_code(problem.file)}: {_escape(problem.cause)}" for problem in board.problems]
        lines += [f"- {_code(run_id)}: its record is outside the plan" for run_id in board.outside]
    return "\n".join(lines) + "\n"


def _table(table: Table) -> Iterable[str]:
    digits = decimals(table)
    notes = footnotes(table)
    others = list(dict.fromkeys(metric for row in table.rows for metric, _ in row.other_metrics))
    optimum = any(row.to_optimum is not None for row in table.rows)
    header = ["rank", "model", heading(table.metric), "95 %, seeds", "95 %, test set"]
    header += ["to optimum"] * optimum + ["to best baseline"] + [heading(metric) for metric in others]
    header += ["seeds", "core", "total", "state, bytes", "notes"]
    yield f"### {_escape(table.label)}"
    yield ""
    if sizes := _sizes(table):
        yield from (sizes, "")
    yield _line(_escape(name) for name in header)
    yield _line(["--:", ":--", *["--:"] * (len(header) - 3), ":--"])
    for row in table.rows:
        yield _line(_cells(row, digits, others, optimum, letters(row, notes)))
    yield ""
    for mark, letter in notes.items():
        yield f"- {letter}: {_escape(mark)}"
    for remark in remarks(table):
        yield f"- {_escape(remark)}"
    for metric, signature in table.signatures:
        yield f"- {_escape(metric)}: {_code(signature)}"


def _cells(row: Row, digits: int, others: Sequence[MetricInfo], optimum: bool, marks: str) -> Iterable[str]:
    name = _escape(row.model)
    values = {metric.name: value for metric, value in row.other_metrics}
    yield _escape(rank(row))
    yield f"**{name}**" if row.rank == 1 else f"*{name}*" if row.kind is not RowKind.MODEL else name
    yield score(row.mean, digits)
    yield span(row.seeds_interval, digits)
    yield span(row.test_interval, digits)
    if optimum:
        yield distance(row.to_optimum, row.metric, digits)
    yield distance(row.to_baseline, row.metric, digits)
    for metric in others:
        value = values.get(metric.name)
        yield "" if value is None else f"{value:.4g}"
    yield seeds(row) if row.kind is RowKind.MODEL else ""
    yield thousands(row.core_params)
    yield thousands(row.params)
    yield thousands(row.state_bytes)
    yield marks


def _sizes(table: Table) -> str:
    """How large the splits are."""
    known = [split for split in _SPLITS if split in table.counts]
    parts = [
        f"{split} " + ", ".join(f"{thousands(count)} {name}" for name, count in sorted(table.counts[split].items()))
        for split in known
    ]
    return _escape("; ".join(parts)) + "." if parts else ""


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escape(text: str) -> str:
    """Text that Markdown shows as it is, and makes no link of."""
    return _ACTIVE.sub(lambda found: "\\" + found.group(), brief(text)).replace("://", ":\\//")


def _code(text: str) -> str:
    return f"`{clean(text).replace('`', chr(39))}`"
