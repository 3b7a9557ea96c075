"""What changed between two boards, and whether the seeds support it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench.leaderboard.board import Board, Row, RowKind, Table
from rnnbench.leaderboard.text import brief, decimals, distance, score
from rnnbench.statistics.ranking import ERROR, holm, welch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnnbench.records.schema import MetricInfo

_TERMS = ("numerics", "device", "core_params", "budget", "recipe", "tune", "margin", "harness")


@dataclass(frozen=True)
class Change:
    """One row in both boards. ``loss`` is how much worse the second is: a factor minus one for ratio metrics."""

    label: str
    model: str
    metric: MetricInfo
    digits: int
    before: float
    after: float
    loss: float
    p_value: float | None
    """Welch's, corrected by Holm over all rows of the task; None where one seed says nothing."""

    @property
    def finding(self) -> str:
        """What the seeds say."""
        if self.loss == 0:
            return "the same"
        if self.p_value is None:
            return "one seed: cannot be told from chance"
        if self.p_value >= ERROR:
            return f"not supported by the seeds (p {self.p_value:.2g})"
        return f"{'worse' if self.loss > 0 else 'better'} (p {self.p_value:.2g})"

    @property
    def line(self) -> str:
        """The change in a line."""
        scores = f"{score(self.before, self.digits)} -> {score(self.after, self.digits)}"
        return f"{self.model}: {scores} ({distance(self.loss, self.metric, self.digits)}), {self.finding}"


@dataclass(frozen=True)
class Comparison:
    """Two boards side by side."""

    terms: tuple[str, ...]
    """What the boards were made under and does not agree."""
    changes: tuple[Change, ...]
    apart: tuple[str, ...]
    """What stands in one board alone, or cannot be compared."""
    verdicts: tuple[str, ...]
    """Verdicts that changed."""

    @property
    def lines(self) -> list[str]:
        """The comparison, a finding a line."""
        found = [*self.terms]
        label = None
        for change in self.changes:
            if change.label != label:
                label = change.label
                found += [f"{label}: {change.metric.name}"]
            found.append(f"  {change.line}")
        return [("  " if line.startswith("  ") else "") + brief(line) for line in [*found, *self.verdicts, *self.apart]]


def compare(first: Board, second: Board) -> Comparison:
    """What changed from the first board to the second. Only tables of the same task and data are compared."""
    pairs = [(name, getattr(first, name), getattr(second, name)) for name in _TERMS]
    terms = [f"{name}: {before} -> {after}" for name, before, after in pairs if before != after]
    tables, others = ({table.label: table for table in board.tables} for board in (first, second))
    changes: list[Change] = []
    verdicts: list[str] = []
    apart = [f"{label}: only in the first" for label in sorted(tables.keys() - others.keys())]
    apart += [f"{label}: only in the second" for label in sorted(others.keys() - tables.keys())]
    for label in sorted(tables.keys() & others.keys()):
        before, after = tables[label], others[label]
        unlike = [
            name
            for name in ("fingerprint", "task_version", "fields", "metric", "split")
            if getattr(before, name) != getattr(after, name)
        ]
        if unlike:
            apart.append(f"{label}: not comparable, {', '.join(unlike)} differ")
            continue
        changes += _changes(before, after)
        rows, other_rows = (_models(table) for table in (before, after))
        apart += [f"{label}/{model}: only in the first" for model in sorted(rows.keys() - other_rows.keys())]
        apart += [f"{label}/{model}: only in the second" for model in sorted(other_rows.keys() - rows.keys())]
        if before.verdict.sentence != after.verdict.sentence:
            verdicts.append(f"{label}: {before.verdict.sentence} -> {after.verdict.sentence}")
    return Comparison(tuple(terms), tuple(changes), tuple(apart), tuple(verdicts))


def _changes(before: Table, after: Table) -> Iterable[Change]:
    rows, others = _models(before), _models(after)
    both = sorted(rows.keys() & others.keys())
    samples = [(_scaled(rows[model]), _scaled(others[model])) for model in both]
    tested = [model for model, pair in zip(both, samples, strict=True) if min(map(len, pair)) > 1]
    p_values = holm([welch(*pair) for pair in samples if min(map(len, pair)) > 1])
    found = dict(zip(tested, p_values, strict=True))
    sign = -1 if before.metric.direction == "max" else 1
    for model in both:
        old, new = rows[model].mean, others[model].mean
        if old is None or new is None:
            continue
        loss = sign * (math.log(new / old) if before.metric.ratio else new - old)
        yield Change(
            label=before.label,
            model=model,
            metric=before.metric,
            digits=decimals(before),
            before=old,
            after=new,
            loss=math.expm1(min(loss, 690.0)) if before.metric.ratio else loss,
            p_value=found.get(model),
        )


def _models(table: Table) -> dict[str, Row]:
    return {row.model: row for row in table.rows if row.kind is RowKind.MODEL}


def _scaled(row: Row) -> list[float]:
    return [math.log(value) if row.metric.ratio else value for _, value in row.values]
