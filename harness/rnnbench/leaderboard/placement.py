"""What depends on the other rows of a table: ranks, order, distances to optimum and baseline, runs against runs."""

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
_ROUNDING = 1e-9
"""A mean that is better than the optimum by no more is the optimum's."""


def placed(rows: Sequence[Row], metric: MetricInfo) -> tuple[Row, ...]:
    """The rows of a table, best first, with their ranks, distances and notes on both."""
    ordered = sorted(_with_distances(_with_ranks(rows), metric), key=_position)
    return tuple(_with_improvement(ordered))


def is_tested(row: Row) -> bool:
    """Whether a row's seeds enter the significance tests: a model's, with every run done and none diverged."""
    return row.kind is RowKind.MODEL and row.complete and bool(row.values) and not row.diverged


def scaled(row: Row) -> list[float]:
    """A row's scores on the scale where they are averaged."""
    return [row.metric.to_scale(score) for _, score in row.values]


def best_baseline(rows: Iterable[Row], metric: MetricInfo) -> str | None:
    """The label of the baseline with the best score."""
    scored = [
        (metric.as_loss(row.mean), row.model) for row in rows if row.kind is RowKind.BASELINE and row.mean is not None
    ]
    return min(scored)[1] if scored else None


def _with_ranks(rows: Sequence[Row]) -> list[Row]:
    """Ranks by test; rows with a diverged run come after all that have none."""
    losses = {row.model: _losses(row) for row in rows if is_tested(row)}
    ranks = rank(losses)
    last = len(losses) + 1
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
        to_optimum = None if row.kind is RowKind.OPTIMUM else _loss(row.mean, optimum, metric)
        to_baseline = _loss(row.mean, baseline, metric) if row.kind is RowKind.MODEL else None
        own = row.marks
        if row.kind is RowKind.MODEL and to_optimum is not None and to_optimum < -_ROUNDING:
            own = (*own, "better than the optimum on this test set")
        if to_baseline is not None and to_baseline >= 0:
            own = (*own, f"no better than {label}")
        measured.append(replace(row, to_optimum=to_optimum, to_baseline=to_baseline, marks=own))
    return measured


def _loss(score: float | None, reference: float | None, metric: MetricInfo) -> float | None:
    return None if score is None or reference is None else metric.loss(score, reference)


def _losses(row: Row) -> list[float]:
    """The row's scores on the scale where they are averaged, with the sign at which less is better."""
    return [row.metric.as_loss(value) for value in scaled(row)]


def _with_improvement(ordered: Sequence[Row]) -> Iterable[Row]:
    """With the probability that a run beats one of the first row's; None where that row has one run only."""
    first = next((row for row in ordered if row.kind is RowKind.MODEL), None)
    for row in ordered:
        if first is None or row is first or row.rank is None or first.n < 2:
            yield row
        else:
            yield replace(row, beats_first=improvement(_losses(row), _losses(first)))


def _position(row: Row) -> tuple[float | str, ...]:
    """Models by rank, then baselines, then the optimum; within them the better mean, then the label."""
    loss = math.inf if row.mean is None else row.metric.as_loss(row.mean)
    return (_ORDER.index(row.kind), row.rank or math.inf, loss, row.model)
