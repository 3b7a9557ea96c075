"""``leaderboard.md``: a table for each task, to read as plain text or within a README."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rnnbench.leaderboard.board import Row, RowKind, Table
from rnnbench.leaderboard.formatting import (
    brief,
    clean,
    decimals,
    distance,
    heading,
    percent,
    rank,
    score,
    seeds,
    span,
    thousands,
)
from rnnbench.leaderboard.prose import (
    SHOWN_THRESHOLDS,
    VERDICT_NOTE,
    across_remarks,
    column_remarks,
    footnotes,
    letters,
    settings,
    table_remarks,
    verdict_parts,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnnbench.leaderboard.board import Across
    from rnnbench.leaderboard.results import Results
    from rnnbench.records.schema import MetricInfo

_SPLITS = ("train", "validation", "test")
_ACTIVE = re.compile(r"[\\`*_\[\]<>|~#!&]")
_OPENING = re.compile(r"^(\d*)([-+=.)])")
"""Characters at the start of a line that would make it an item of a list, a heading or a rule."""


def render(results: Results) -> str:
    """The board as GitHub-flavoured Markdown."""
    board = results.board
    lines = [f"**{_escape(board.suite)}**: {_escape(settings(board))}."]
    if board.description:
        lines += ["", _escape(board.description)]
    if board.tables:
        lines += ["", "### Is a recurrent model enough?", ""]
        for table in board.tables:
            lines.append(f"- **{_escape(table.label)}**: {'; '.join(map(_escape, verdict_parts(table.verdict)))}")
        lines += ["", VERDICT_NOTE]
    if board.across:
        lines += ["", "### All tasks together", "", *_across(board.across)]
    for table in board.tables:
        lines += ["", *_table(table)]
    if board.outside or board.problems:
        lines += ["", "### Not counted", ""]
        lines += [f"- {_code(problem.file)}: {_escape(problem.cause)}" for problem in board.problems]
        lines += [f"- {_code(run_id)}: its record is outside the plan" for run_id in board.outside]
    return "\n".join(lines) + "\n"


def _across(across: Across) -> Iterable[str]:
    shown = SHOWN_THRESHOLDS if across.thresholds else ()
    yield _line(
        ["model", "average rank", *map(_escape, across.tasks), *(f"past {percent(threshold)}" for threshold in shown)]
    )
    yield _line([":--", *["--:"] * (1 + len(across.tasks) + len(shown))])
    for standing in across.standings:
        ranks = (f"{rank:g}" for rank in standing.ranks)
        shares = (percent(standing.past(threshold)) for threshold in shown)
        yield _line([_escape(standing.model), f"{standing.average_rank:.2f}", *ranks, *shares])
    yield ""
    yield from (f"- {_escape(remark)}" for remark in across_remarks(across))


def _table(table: Table) -> Iterable[str]:
    digits = decimals(table)
    notes = footnotes(table)
    others = list(dict.fromkeys(metric for row in table.rows for metric, _ in row.other_metrics))
    optimum = any(row.to_optimum is not None for row in table.rows)
    middle = any(row.interquartile_mean is not None for row in table.rows)
    beats = any(row.beats_first is not None for row in table.rows)
    header = ["rank", "model", heading(table.metric), "95 %, seeds", "95 %, test set"]
    header += ["IQM", "95 %, IQM"] * middle + ["beats the first"] * beats
    header += ["to optimum"] * optimum + ["to best baseline"] + [heading(metric) for metric in others]
    header += ["seeds", "core", "total", "state, bytes", "notes"]
    yield f"### {_escape(table.label)}"
    yield ""
    if sizes := _sizes(table):
        yield from (sizes, "")
    yield _line(_escape(name) for name in header)
    yield _line(["--:", ":--", *["--:"] * (len(header) - 3), ":--"])
    for row in table.rows:
        extra = [score(row.interquartile_mean, digits), span(row.interquartile_interval, digits)] * middle
        extra += [percent(row.beats_first)] * beats
        yield _line(_cells(row, digits, extra, others, optimum, letters(row, notes)))
    yield ""
    for mark, letter in notes.items():
        yield f"- {letter}: {_escape(mark)}"
    for remark in (*column_remarks(table), *table_remarks(table)):
        yield f"- {_escape(remark)}"
    for metric, signature in table.signatures:
        yield f"- {_escape(metric)}: {_code(signature)}"


def _cells(
    row: Row, digits: int, extra: Sequence[str], others: Sequence[MetricInfo], optimum: bool, marks: str
) -> Iterable[str]:
    name = _escape(row.model)
    values = {metric.name: value for metric, value in row.other_metrics}
    yield _escape(rank(row))
    yield f"**{name}**" if row.rank == 1 else f"*{name}*" if row.kind is not RowKind.MODEL else name
    yield score(row.mean, digits)
    yield span(row.seeds_interval, digits)
    yield span(row.test_interval, digits)
    yield from extra
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
    """The sizes of the splits, in a line."""
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
    plain = _OPENING.sub(r"\1\\\2", _ACTIVE.sub(r"\\\g<0>", brief(text)))
    return plain.replace("://", ":\\//").replace("www.", "www\\.")


def _code(text: str) -> str:
    return f"`{clean(text).replace('`', chr(39))}`"
