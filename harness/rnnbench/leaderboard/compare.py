"""What changed between two boards, and whether the seeds support it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rnnbench.leaderboard.board import Board, Row, RowKind, Table
from rnnbench.leaderboard.formatting import brief, decimals, distance, score
from rnnbench.leaderboard.placement import scaled
from rnnbench.statistics.ranking import ERROR, holm, welch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnnbench.records.schema import MetricInfo

_SETTINGS = ("numerics", "device", "core_params", "budget", "recipe", "tune", "margin", "harness")


@dataclass(frozen=True)
class Change:
    """One row in both boards; ``loss`` is how much worse the second is, see :class:`MetricInfo`."""

    label: str
    model: str
    metric: MetricInfo
    digits: int
    before: float
    after: float
    loss: float
    p_value: float | None
    """Welch's, corrected by Holm over all rows of the task; None where either row has a single seed."""

    @property
    def finding(self) -> str:
        """Better, worse, the same or not significantly different, in a few words."""
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

    settings: tuple[str, ...]
    """Settings of the boards that differ."""
    changes: tuple[Change, ...]
    unmatched: tuple[str, ...]
    """Tables and rows that only one board has, or that cannot be compared."""
    verdicts: tuple[str, ...]
    """Verdicts that changed."""

    @property
    def lines(self) -> list[str]:
        """The comparison as lines of text."""
        lines = [*self.settings]
        label = None
        for change in self.changes:
            if change.label != label:
                label = change.label
                lines += [f"{label}: {change.metric.name}"]
            lines.append(f"  {change.line}")
        lines += [*self.verdicts, *self.unmatched]
        return [("  " if line.startswith("  ") else "") + brief(line) for line in lines]


def compare(first: Board, second: Board) -> Comparison:
    """What changed from the first board to the second. Only tables of the same task and data are compared."""
    pairs = [(name, getattr(first, name), getattr(second, name)) for name in _SETTINGS]
    settings = [f"{name}: {before} -> {after}" for name, before, after in pairs if before != after]
    tables, others = ({table.label: table for table in board.tables} for board in (first, second))
    changes: list[Change] = []
    verdicts: list[str] = []
    unmatched = [f"{label}: only in the first" for label in sorted(tables.keys() - others.keys())]
    unmatched += [f"{label}: only in the second" for label in sorted(others.keys() - tables.keys())]
    for label in sorted(tables.keys() & others.keys()):
        before, after = tables[label], others[label]
        theirs, ours = (_identity(table) for table in (before, after))
        if unlike := [name for name in theirs if theirs[name] != ours[name]]:
            unmatched.append(f"{label}: not comparable, {', '.join(unlike)} differ")
            continue
        changes += _changes(before, after)
        rows, other_rows = (_models(table) for table in (before, after))
        unmatched += [f"{label}/{model}: only in the first" for model in sorted(rows.keys() - other_rows.keys())]
        unmatched += [f"{label}/{model}: only in the second" for model in sorted(other_rows.keys() - rows.keys())]
        if before.verdict.sentence != after.verdict.sentence:
            verdicts.append(f"{label}: {before.verdict.sentence} -> {after.verdict.sentence}")
    return Comparison(tuple(settings), tuple(changes), tuple(unmatched), tuple(verdicts))


def _identity(table: Table) -> dict[str, Any]:
    """What two tables must have in common to be compared; plans of older versions do not state a metric's range."""
    same = {name: getattr(table, name) for name in ("fingerprint", "task_version", "fields", "split")}
    return same | {"metric": table.metric.model_copy(update={"low": None, "high": None})}


def _changes(before: Table, after: Table) -> Iterable[Change]:
    rows, others = _models(before), _models(after)
    both = sorted(rows.keys() & others.keys())
    samples = [(scaled(rows[model]), scaled(others[model])) for model in both]
    tested = [model for model, pair in zip(both, samples, strict=True) if min(map(len, pair)) > 1]
    p_values = holm([welch(*pair) for pair in samples if min(map(len, pair)) > 1])
    p_value_of = dict(zip(tested, p_values, strict=True))
    for model in both:
        old, new = rows[model].mean, others[model].mean
        if old is None or new is None:
            continue
        yield Change(
            label=before.label,
            model=model,
            metric=before.metric,
            digits=decimals(before),
            before=old,
            after=new,
            loss=before.metric.loss(new, old),
            p_value=p_value_of.get(model),
        )


def _models(table: Table) -> dict[str, Row]:
    return {row.model: row for row in table.rows if row.kind is RowKind.MODEL}
