"""Words and numbers that every rendering shares. What comes from records is a stranger's text: it is cleaned first."""

from __future__ import annotations

import math
from string import ascii_lowercase
from typing import TYPE_CHECKING

from rnnbench.leaderboard.board import Board, Row, RowKind, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnnbench.leaderboard.across import Across
    from rnnbench.leaderboard.verdict import Verdict
    from rnnbench.records.schema import MetricInfo
    from rnnbench.statistics.summary import Interval

VERDICT_NOTE = "+ is where the best recurrent model loses more than the best with attention, each chosen on validation."

_LONGEST = 200


def clean(text: str) -> str:
    """One printable line: control, format and line characters become blanks."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def brief(text: str) -> str:
    """A clean line of at most 200 characters."""
    line = clean(text)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def exact(value: float | None) -> str:
    """A number for machines: ten significant digits, the same on every computer; empty for none."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else format(value + 0.0, ".10g")


def thousands(value: int | None) -> str:
    """A whole number for people."""
    return "" if value is None else f"{value:,}"


def decimals(table: Table) -> int:
    """How many decimals show four digits of the score in the middle of the models'."""
    means = sorted(abs(row.mean) for row in table.rows if row.mean and row.kind is RowKind.MODEL)
    digits = 3 - math.floor(math.log10(means[len(means) // 2])) if means else 3
    return min(max(digits, 0), 6)


def score(value: float | None, digits: int) -> str:
    """A score for people; a dash for none."""
    return "-" if value is None else f"{value:,.{digits}f}"


def span(interval: Interval | None, digits: int) -> str:
    """An interval for people; empty for none."""
    return "" if interval is None else f"[{score(interval.low, digits)}, {score(interval.high, digits)}]"


def asked_metrics(table: Table) -> list[MetricInfo]:
    """The metrics that the suite asks for beside the task's own, of which the table shows values."""
    return [
        metric for metric in dict.fromkeys(one for row in table.rows for one, _ in row.other_metrics) if metric.asked
    ]


def other(row: Row, metric: MetricInfo) -> str:
    """A row's value of a metric that does not rank; empty for none."""
    return next((f"{value:.4g}" for one, value in row.other_metrics if one == metric), "")


def half(interval: Interval | None, digits: int) -> str:
    """Half an interval's width, where there is little room; empty for none."""
    return "" if interval is None else f"±{score((interval.high - interval.low) / 2, digits)}"


def distance(value: float | None, metric: MetricInfo, digits: int) -> str:
    """How much worse (+) or better than a reference, relative for ratio metrics; empty for none."""
    if value is None:
        return ""
    return f"{100 * value:+.1f} %" if metric.ratio else f"{value:+,.{digits}f}"


def percent(share: float | None) -> str:
    """A share for people; empty for none."""
    return "" if share is None else f"{100 * share:.0f} %"


def heading(metric: MetricInfo) -> str:
    """The metric, its unit, and an arrow to where better scores lie."""
    unit = f" ({metric.unit})" if metric.unit else ""
    return clean(f"{metric.name}{unit} {'↑' if metric.direction == 'max' else '↓'}")


def seeds(row: Row) -> str:
    """How many seeds count, of how many planned."""
    return str(row.n) if row.complete else f"{row.n}/{row.planned}"


def rank(row: Row) -> str:
    """A model's rank, ``?`` where it has none; empty for what is never ranked."""
    if row.kind is not RowKind.MODEL:
        return ""
    return "?" if row.rank is None else f"{row.rank}{'*' if row.provisional else ''}"


def terms(board: Board) -> str:
    """One line saying what the tables were made under."""
    budget = [
        _amount(name, value)
        for name, value in sorted(board.budget.items())
        if value is not None and name != "core_params"
    ]
    size = f"{board.core_params:,} core parameters" if board.core_params else "the models' own widths"
    grid = "untuned"
    if board.tune is not None:
        grid = "tuned over " + ", ".join(f"{name} {value}" for name, value in sorted(board.tune.items()))
    parts = [
        f"{len(board.seeds)} seed{'' if len(board.seeds) == 1 else 's'}",
        ", ".join([size, *budget]),
        grid,
        f"device {board.device}",
        f"numerics {board.numerics}",
        f"rnnbench {board.harness}",
    ]
    return clean("; ".join(parts))


def _amount(name: str, value: object) -> str:
    """``1,200 steps``, ``1 epoch``; a stranger's plan may hold anything."""
    if not isinstance(value, int | float):
        return f"{name} {value}"
    return f"{value:,.12g} {name.removesuffix('s') if value == 1 else name}"


def verdict(of: Verdict) -> list[str]:
    """The verdict on a task, what it rests on, and what to know of it: parts that are still to be escaped."""
    return [brief(part) for part in (of.sentence, evidence(of), *of.caveats) if part]


def evidence(of: Verdict) -> str:
    """Who stood against whom, how far apart they are and how sure that is; empty where nobody did."""
    if of.recurrent is None:
        return ""
    pair = brief(f"{of.recurrent} against {of.attention}")
    if of.difference is None or of.low is None or of.high is None or of.margin is None:
        return pair
    size = 100 if of.relative else 1
    unit = " %" if of.relative else " points"
    loss, low, high = (f"{size * value:+,.2f}" for value in (of.difference, of.low, of.high))
    return f"{pair} {loss}{unit} [{low}, {high}], margin {size * of.margin:g}{unit}"


def footnotes(table: Table) -> dict[str, str]:
    """A letter for each mark of the table's rows, in order of appearance."""
    marks = dict.fromkeys(mark for row in table.rows for mark in _marks(row))
    return {mark: _letters(index) for index, mark in enumerate(marks)}


def letters(row: Row, notes: dict[str, str]) -> str:
    """The letters of a row's marks."""
    return " ".join(notes[mark] for mark in _marks(row))


def column_remarks(table: Table) -> list[str]:
    """What the columns mean that only some tables have."""
    found = []
    if any(row.interquartile_mean is not None for row in table.rows):
        found.append("IQM: the mean of the middle half of the seeds, with its 95 % bootstrap interval over seeds.")
    if any(row.beats_first is not None for row in table.rows):
        found.append("Beats the first: how often a run of this model beats one of the first row's; a tie counts half.")
    return found


def remarks(table: Table) -> list[str]:
    """What stands under a table, a sentence each, as plain text that is still to be escaped."""
    return [
        brief(line)
        for line in (*_reading(table), *_tuning(table), *_accounting(table), *table.notes, *_published(table))
    ]


def average_ranks(of: Across) -> str:
    """The models by their average rank, in a line."""
    ranks = ", ".join(f"{clean(standing.model)} {standing.average_rank:.2f}" for standing in of.standings)
    return f"Average rank over {len(of.tasks)} tasks: {ranks}."


def across_remarks(of: Across) -> list[str]:
    """What stands under the tasks' common table, a sentence each, as plain text that is still to be escaped."""
    found = ["Ranks are by mean score, among the models that run on every task; equal means share theirs."]
    if of.p_value is None or of.critical_difference is None:
        found.append(f"{len(of.tasks)} tasks are too few to test whether average ranks differ.")
    else:
        found.append(
            f"Friedman's test that no average ranks differ (Iman and Davenport's form): {_chance(of.p_value)}. "
            f"By Nemenyi's, two differ if {of.critical_difference:.2f} apart (5 % over all pairs)."
        )
        found += [f"Not told apart: {', '.join(group)}." for group in of.groups]
        found.append(
            "Past a share: how many runs get further than that on the way from the chance level to the optimum, or to "
            "the best mean where it is not known."
        )
    found += [f"{model} is left out: {reason}" for model, reason in of.left_out]
    return [brief(line) for line in found]


def _published(table: Table) -> Iterable[str]:
    return (found.sentence for found in table.published)


def _reading(table: Table) -> Iterable[str]:
    ranked = [row for row in table.rows if row.rank is not None]
    if ranked:
        yield (
            "Rank: 1 + the number of rows that are better by Welch's test, corrected by Holm within the task, at 5 %."
            if min(row.n for row in ranked) > 1
            else "One seed: rows are ranked by value, and no difference between two of them can be told from chance."
        )
    if any(row.provisional for row in ranked):
        yield "* provisional: fewer than five seeds."
    if table.gap is not None:
        size = f"{100 * table.gap:.2g} %" if table.metric.ratio else f"{table.gap:.2g}"
        fewest = min(row.n for row in ranked if row.n > 1)
        at = "two-sided 5 % over all pairs, power 80 %"
        yield f"{fewest} seeds can detect a gap of {size} between two models ({at})."
    if any(row.kind is RowKind.MODEL and row.rank is None for row in table.rows):
        yield "? not ranked: some of its runs have no outcome yet."
    yield f"Chance level: {table.chance:.4g}. Test-set interval: 95 % bootstrap; the unit drawn is {table.block}."


def _tuning(table: Table) -> Iterable[str]:
    shares = [row.tune_positions / row.positions for row in table.rows if row.tune_positions and row.positions]
    if shares:
        low, high = (f"{100 * end:.0f}" for end in (min(shares), max(shares)))
        share = low if low == high else f"{low}-{high}"
        yield f"Tuning cost {share} % of the positions that the seeds were trained on."
    chosen: dict[str, list[str]] = {}
    for row in table.rows:
        for choice in row.chosen:
            chosen.setdefault(choice, []).append(row.model)
    for choice, models in sorted(chosen.items()):
        yield f"Tuning chose {choice} for {', '.join(models)}."


def _accounting(table: Table) -> Iterable[str]:
    if table.best_baseline is None:
        yield "No baseline has a score yet: the table is not fit to be published."
    for model, reason in table.skips:
        yield f"{model} n/a: {reason}"
    for failure in table.failures:
        yield f"{failure.model}, {failure.run}: {failure.status}" + (f" ({failure.reason})" if failure.reason else "")
    if table.pending:
        yield f"{table.pending} planned run{'s have' if table.pending > 1 else ' has'} no record yet."


def _chance(p_value: float) -> str:
    return "p < 0.0001" if p_value < 1e-4 else f"p = {p_value:.2g}"


def _marks(row: Row) -> tuple[str, ...]:
    return row.marks if row.complete else (row.status, *row.marks)


def _letters(index: int) -> str:
    """a, b, ... z, aa, ab, ..."""
    index, last = divmod(index, 26)
    return (_letters(index - 1) if index else "") + ascii_lowercase[last]
