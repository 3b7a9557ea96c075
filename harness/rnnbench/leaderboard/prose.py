"""The sentences of a leaderboard, shared by all formats: settings, verdicts, footnotes and remarks under tables.

All are plain text of one line, cleaned, which each format escapes as it must.
"""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING

from rnnbench.leaderboard.board import Board, Row, RowKind, Table, VerdictOutcome
from rnnbench.leaderboard.formatting import brief, clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnnbench.leaderboard.board import Across, Reproduction, Verdict

VERDICT_NOTE = "a against b: + is where a loses more. The best of each kind of model is chosen on validation."
SHOWN_THRESHOLDS = (0.5, 0.75, 0.9)
"""The thresholds of performance profiles that tables show; charts show all."""


def settings(board: Board) -> str:
    """The settings of all runs in a line: seeds, budget, tuning, device, versions."""
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
    """``1,200 steps``, ``1 epoch``; a third party's plan may hold any value."""
    if not isinstance(value, int | float):
        return f"{name} {value}"
    return f"{value:,.12g} {name.removesuffix('s') if value == 1 else name}"


def verdict_parts(verdict: Verdict) -> list[str]:
    """A verdict in a few words, the differences that it rests on, and its caveats."""
    caveats = map(brief, verdict.caveats)
    return [brief(verdict.sentence), *evidence(verdict), *caveats]


def evidence(verdict: Verdict) -> list[str]:
    """The two models that a verdict compares, their difference and its interval, and those against baselines.

    Then the margin, and the least one at which the answer would be the same. Empty without models.
    """
    if verdict.recurrent is None:
        return []
    pair = brief(f"{verdict.recurrent} against {verdict.attention}")
    if verdict.difference is None or verdict.low is None or verdict.high is None or verdict.margin is None:
        return [pair]
    size, unit = (100, " %") if verdict.relative else (1, " points")

    def interval(*ends: float) -> str:
        loss, low, high = (f"{round(size * value, 2) + 0.0:+,.2f}" for value in ends)  # + 0.0: no "-0.00"
        return f"{loss}{unit} [{low}, {high}]"

    beside: dict[str, list[str]] = {}
    for each in verdict.against_baselines:
        found = f"{brief(each.model)} {interval(each.difference, each.low, each.high)}"
        beside.setdefault(each.baseline, []).append(found)
    parts = []
    if verdict.outcome is not VerdictOutcome.BASELINE:
        parts.append(f"{pair} {interval(verdict.difference, verdict.low, verdict.high)}")
    parts += [f"against {brief(label)}: {', '.join(found)}" for label, found in beside.items()]
    margins = [f"margin {size * verdict.margin:g}{unit}", *_other_margins(verdict, size, unit)]
    return [*parts, "; ".join(margins)]


def _other_margins(verdict: Verdict, size: float, unit: str) -> list[str]:
    """At which other margins the answer would be the same."""
    if verdict.outcome is VerdictOutcome.ATTENTION and verdict.low is not None:
        return [f"needed at any margin below {size * verdict.low:,.2f}{unit}"]
    least = verdict.enough_above
    if verdict.outcome is VerdictOutcome.NONE or least is None:
        return []
    who = "" if verdict.outcome is not VerdictOutcome.UNDECIDED else "recurrent "
    return [f"{who}enough at any margin" + (f" above {size * least:,.2f}{unit}" if least > 0 else "")]


def footnotes(table: Table) -> dict[str, str]:
    """The letter of each note on the table's rows, in order of appearance."""
    notes = dict.fromkeys(note for row in table.rows for note in _notes(row))
    return {note: _letters(index) for index, note in enumerate(notes)}


def letters(row: Row, letter_of: dict[str, str]) -> str:
    """The letters of the notes on a row."""
    return " ".join(letter_of[note] for note in _notes(row))


def column_remarks(table: Table) -> list[str]:
    """The meaning of the columns that only some tables have."""
    remarks = []
    if any(row.interquartile_mean is not None for row in table.rows):
        remarks.append("IQM: the mean of the middle half of the seeds, with its 95 % bootstrap interval over seeds.")
    if any(row.beats_first is not None for row in table.rows):
        remarks.append(
            "Beats the first: how often a run of this model beats one of the first row's; a tie counts half."
        )
    return remarks


def table_remarks(table: Table) -> list[str]:
    """The remarks under a table: ranks, tuning, missing runs, the task's notes and published numbers."""
    published = (reproduction_remark(each) for each in table.published)
    return [brief(line) for line in (*_ranking(table), *_tuning(table), *_missing(table), *table.notes, *published)]


def reproduction_remark(reproduction: Reproduction) -> str:
    """A published number and ours, in a line."""
    number = reproduction.number
    theirs = f"published: {number.value:g}, {number.who} ({number.source})"
    if number.row is None:
        return theirs
    ours = f"{number.row} here {'has no result yet' if reproduction.ours is None else f'{reproduction.ours:.4g}'}"
    wanted = aim(reproduction)
    parts = (theirs, ours, f"aim {wanted}" if wanted else "", result(reproduction))
    return "; ".join(part for part in parts if part)


def result(reproduction: Reproduction) -> str:
    """``reached`` or ``not reached``; empty where nothing was judged."""
    return {True: "reached", False: "not reached", None: ""}[reproduction.reached]


def aim(reproduction: Reproduction) -> str:
    """The scores that reproduce a published number, in a few words; empty where the suite states none."""
    number = reproduction.number
    if number.or_better and not number.tolerance:
        return f"at {'most' if reproduction.direction == 'min' else 'least'} {number.value:g}"
    if number.tolerance is None:
        return ""
    return f"{number.value:g} ± {number.tolerance:g}{' or better' if number.or_better else ''}"


def average_ranks(across: Across) -> str:
    """The models by their average rank, in a line."""
    ranks = ", ".join(f"{clean(standing.model)} {standing.average_rank:.2f}" for standing in across.standings)
    return f"Average rank over {len(across.tasks)} tasks: {ranks}."


def across_remarks(across: Across) -> list[str]:
    """The remarks under the table of all tasks: how to read it, the tests, and the models left out."""
    remarks = ["Ranks are by mean score, among the models that run on every task; equal means share theirs."]
    if across.p_value is None or across.critical_difference is None:
        remarks.append(f"{len(across.tasks)} tasks are too few to test whether average ranks differ.")
    else:
        remarks.append(
            f"Friedman's test that no average ranks differ (Iman and Davenport's form): {_p_value(across.p_value)}. "
            f"By Nemenyi's, two differ if {across.critical_difference:.2f} apart (5 % over all pairs)."
        )
        remarks += [f"Not told apart: {', '.join(group)}." for group in across.groups]
        remarks.append(
            "Past a share: how many runs get further than that on the way from the chance level to the optimum, or to "
            "the best mean where it is not known."
        )
    remarks += [f"{model} is left out: {reason}" for model, reason in across.left_out]
    return [brief(line) for line in remarks]


def _ranking(table: Table) -> Iterable[str]:
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


def _missing(table: Table) -> Iterable[str]:
    if table.best_baseline is None:
        yield "No baseline has a score yet: the table is not fit to be published."
    for model, reason in table.skips:
        yield f"{model} n/a: {reason}"
    for failure in table.failures:
        yield f"{failure.model}, {failure.run}: {failure.status}" + (f" ({failure.reason})" if failure.reason else "")
    if table.pending:
        yield f"{table.pending} planned run{'s have' if table.pending > 1 else ' has'} no record yet."


def _p_value(p_value: float) -> str:
    return "p < 0.0001" if p_value < 1e-4 else f"p = {p_value:.2g}"


def _notes(row: Row) -> tuple[str, ...]:
    return row.marks if row.complete else (row.status, *row.marks)


def _letters(index: int) -> str:
    """a, b, ... z, aa, ab, ..."""
    index, last = divmod(index, 26)
    return (_letters(index - 1) if index else "") + ascii_lowercase[last]
