"""``leaderboard.tex``: a table for each task, for a paper; it needs the ``booktabs`` and ``textcomp`` packages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rnnbench.leaderboard.board import Row, RowKind, Table
from rnnbench.leaderboard.formatting import (
    asked_metrics,
    brief,
    clean,
    decimals,
    distance,
    other,
    rank,
    score,
    seeds,
    span,
    thousands,
)
from rnnbench.leaderboard.prose import across_remarks, footnotes, letters, settings, table_remarks, verdict_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnnbench.leaderboard.board import Across
    from rnnbench.leaderboard.results import Results
    from rnnbench.records.schema import MetricInfo

_MINUS = "\N{MINUS SIGN}"
_REPLACED = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "-": r"{-}",
    _MINUS: "$-$",
    "±": r"$\pm$",
    "…": r"\ldots{}",
    **{character: rf"\{character}" for character in "#$%&_{}"},
}
_SPECIAL = re.compile("|".join(map(re.escape, _REPLACED)))
_COLUMNS = ("rank", "model", "95 %, seeds", "95 %, test set", "to baseline", "seeds", "core", "state, bytes", "notes")


def render(results: Results) -> str:
    r"""The board as LaTeX floats, to be read with ``\input``."""
    board = results.board
    lines = [
        r"% needs \usepackage{booktabs} and \usepackage{textcomp}",
        f"% {_comment(board.suite)}: {_comment(settings(board))}",
    ]
    if board.across:
        lines += ["", *_across(board.across)]
    for table in board.tables:
        lines += ["", *_table(table)]
    return "\n".join(lines) + "\n"


def _across(across: Across) -> Iterable[str]:
    yield r"\begin{table}"
    yield r"\centering\small"
    yield rf"\caption{{Average ranks over {len(across.tasks)} tasks.}}"
    yield r"\begin{tabular}{rl}"
    yield r"\toprule"
    yield _line(["average rank", "model"])
    yield r"\midrule"
    yield from (_line([f"{standing.average_rank:.2f}", escape(standing.model)]) for standing in across.standings)
    yield r"\bottomrule"
    yield r"\end{tabular}"
    yield r"\par\footnotesize"
    yield from (rf"{escape(remark)}\par" for remark in across_remarks(across))
    yield r"\end{table}"


def _table(table: Table) -> Iterable[str]:
    digits = decimals(table)
    notes = footnotes(table)
    header = [escape(name) for name in _COLUMNS]
    header.insert(2, _heading(table.metric))
    asked = asked_metrics(table)
    header[5:5] = [_heading(metric) for metric in asked]
    yield r"\begin{table}"
    yield r"\centering\small"
    yield rf"\caption{{{escape(table.label)}. {'; '.join(map(escape, verdict_parts(table.verdict)))}.}}"
    yield rf"\begin{{tabular}}{{rlrrr{'r' * len(asked)}rrrrl}}"
    yield r"\toprule"
    yield _line(header)
    yield r"\midrule"
    kind = RowKind.MODEL
    for row in table.rows:
        if row.kind is not kind and kind is RowKind.MODEL:
            yield r"\midrule"
        kind = row.kind
        yield _line(_cells(row, digits, [other(row, metric) for metric in asked], letters(row, notes)))
    yield r"\bottomrule"
    yield r"\end{tabular}"
    yield r"\par\footnotesize"
    lines = [f"{letter}: {mark}" for mark, letter in notes.items()]
    lines += [*table_remarks(table), *(f"{metric}: {signature}" for metric, signature in table.signatures)]
    yield from (rf"{escape(line)}\par" for line in lines)
    yield r"\end{table}"


def _heading(metric: MetricInfo) -> str:
    arrow = r"$\uparrow$" if metric.maximise else r"$\downarrow$"
    unit = f" ({metric.unit})" if metric.unit else ""
    return f"{escape(metric.name + unit)} {arrow}"


def _cells(row: Row, digits: int, others: Sequence[str], marks: str) -> Iterable[str]:
    name = escape(row.model)
    yield escape(rank(row))
    yield rf"\textbf{{{name}}}" if row.rank == 1 else rf"\emph{{{name}}}" if row.kind is not RowKind.MODEL else name
    for text in (
        *(
            number.replace("-", _MINUS)
            for number in (
                score(row.mean, digits),
                span(row.seeds_interval, digits),
                span(row.test_interval, digits),
                *others,
                distance(row.to_baseline, row.metric, digits),
            )
        ),
        seeds(row) if row.kind is RowKind.MODEL else "",
        thousands(row.core_params),
        thousands(row.state_bytes),
        marks,
    ):
        yield escape(text)


def _line(cells: Iterable[str]) -> str:
    # a row never opens with a bracket or a star: after \\ they would be an argument
    return f"{' & '.join(cells)} \\\\"


def escape(text: str) -> str:
    """Text that LaTeX shows as it is: no command, no comment, no ligature."""
    return _SPECIAL.sub(lambda found: _REPLACED[found.group()], brief(text))


def _comment(text: str) -> str:
    """One line; ``^^`` would be read as a character's code, even in a comment."""
    return clean(text).replace("^", "")
