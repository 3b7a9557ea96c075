"""How the rows of a table stand to each other: ranks, distances to the references, and runs against runs."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from rnnbench.leaderboard.board import Row, RowKind
from rnnbench.statistics.aggregates import improvement
from rnnbench.statistics.ranking import rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnnbench.records.schema import MetricInfo

_ORDER = list(RowKind)


def placed(rows: Sequence[Row], metric: MetricInfo) -> tuple[Row, ...]:
    """The rows in their order, with all that depends on the others."""
    ordered = sorted(_with_distances(_with_ranks(rows, metric), metric), key=_position)
    return tuple(_with_improvement(ordered, metric))


def comparable(row: Row) -> bool:
    """Whether a row's seeds enter the tests: a model's, all there, none diverged."""
    return row.kind is RowKind.MODEL and row.complete and bool(row.values) and not row.diverged


def scaled(row: Row) -> list[float]:
    """A row's scores on the scale where they are averaged."""
    return [math.log(score) if row.metric.ratio else score for _, score in row.values]


def best_baseline(rows: Iterable[Row], metric: MetricInfo) -> str | None:
    """The label of the baseline with the best score."""
    sign = -1 if metric.direction == "max" else 1
    scored = [(sign * row.mean, row.model) for row in rows if row.kind is RowKind.BASELINE and row.mean is not None]
    return min(scored)[1] if scored else None


def _with_ranks(rows: Sequence[Row], metric: MetricInfo) -> list[Row]:
    """Ranks by test; rows with a diverged run come after all that have none."""
    samples = {row.model: scaled(row) for row in rows if comparable(row)}
    ranks = rank(samples, maximise=metric.direction == "max")
    last = len(samples) + 1
    return [
        replace(row, rank=ranks.get(row.model, last))
        if row.kind is RowKind.MODEL and row.complete and row.values
        else row
        for row in rows
    ]


def _with_distances(rows: Sequence[Row], metric: MetricInfo) -> list[Row]:
    optimum = next((row.mean for row in rows if row.kind is RowKind.OPTIMUM), None)
    label = best_baseline(rows, metric)
    baseline = next((row.mean for row in rows if row.kind is RowKind.BASELINE and row.model == label), None)
    measured = []
    for row in rows:
        to_optimum = None if row.kind is RowKind.OPTIMUM else _distance(row.mean, optimum, metric)
        to_baseline = _distance(row.mean, baseline, metric) if row.kind is RowKind.MODEL else None
        own = row.marks
        if row.kind is RowKind.MODEL and to_optimum is not None and to_optimum < -1e-9:
            own = (*own, "better than the optimum on this test set")
        if to_baseline is not None and to_baseline >= 0:
            own = (*own, f"no better than {label}")
        measured.append(replace(row, to_optimum=to_optimum, to_baseline=to_baseline, marks=own))
    return measured


def _distance(value: float | None, reference: float | None, metric: MetricInfo) -> float | None:
    """How much worse than the reference; None where either is missing."""
    if value is None or reference is None:
        return None
    minimise = metric.direction == "min"
    if metric.ratio:
        return (value / reference if minimise else reference / value) - 1
    return value - reference if minimise else reference - value


def _with_improvement(ordered: Sequence[Row], metric: MetricInfo) -> Iterable[Row]:
    """How often each model's runs beat those of the first; one run each would only say which is first."""
    first = next((row for row in ordered if row.kind is RowKind.MODEL), None)
    for row in ordered:
        if first is None or row is first or row.rank is None or first.n < 2:
            yield row
        else:
            beats = improvement(scaled(row), scaled(first), maximise=metric.direction == "max")
            yield replace(row, beats_first=beats)


def _position(row: Row) -> tuple[float | str, ...]:
    """Models by rank, then baselines, then the optimum; within them the better mean, then the label."""
    sign = -1 if row.metric.direction == "max" else 1
    level = math.inf if row.mean is None else sign * row.mean
    return (_ORDER.index(row.kind), row.rank or math.inf, level, row.model)
