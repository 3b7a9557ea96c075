"""All tables of a board together: average ranks, whether they differ, and performance profiles.

Only the models that run on every task can be compared so. Ranks are by mean score within these models, ties sharing
theirs, and are averaged over tasks. From five tasks on Friedman's test, in Iman and Davenport's form, says whether any
average ranks differ, and Nemenyi's which. Performance profiles are those of Agarwal et al. 2021.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from rnnbench.leaderboard.board import THRESHOLDS, Across, Row, RowKind, Standing, Table
from rnnbench.statistics.average_ranks import critical_difference, friedman, indistinguishable, midranks
from rnnbench.statistics.ranking import ERROR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnnbench.records.schema import MetricInfo

FEWEST_TASKS = 5
"""With fewer tasks average ranks are shown, and nothing is tested."""


def across(tables: Sequence[Table]) -> Across | None:
    """The tables of a board together; None where they have no two models in common, or there is only one."""
    rows = [{row.model: row for row in table.rows if row.kind is RowKind.MODEL} for table in tables]
    labels = sorted({model for each in rows for model in each})
    missing = {model: reason for model in labels if (reason := _absence(model, tables, rows))}
    models = [model for model in labels if model not in missing]
    if len(tables) < 2 or len(models) < 2:
        return None
    ranks = [midranks([_rank_key(each[model]) for model in models]) for each in rows]
    enough = len(tables) >= FEWEST_TASKS
    profiles = [_profile(model, tables, rows) if enough else () for model in models]
    standings = sorted(
        (
            Standing(model, math.fsum(own) / len(own), own, profile)
            for model, own, profile in zip(models, zip(*ranks, strict=True), profiles, strict=True)
        ),
        key=lambda standing: (standing.average_rank, standing.model),
    )
    untested = Across(tuple(table.label for table in tables), tuple(standings), tuple(missing.items()))
    return _tested(untested, ranks) if enough else untested


def _tested(untested: Across, ranks: Sequence[Sequence[float]]) -> Across:
    models = [standing.model for standing in untested.standings]
    averages = [standing.average_rank for standing in untested.standings]
    difference = critical_difference(len(models), len(untested.tasks))
    p_value = friedman(ranks)
    # without a difference among all, none between two is looked for
    spans = indistinguishable(averages, difference) if p_value < ERROR else [(0, len(models) - 1)]
    return replace(
        untested,
        thresholds=THRESHOLDS,
        p_value=p_value,
        critical_difference=difference,
        groups=tuple(tuple(models[first : last + 1]) for first, last in spans),
    )


def _absence(model: str, tables: Sequence[Table], rows: Sequence[dict[str, Row]]) -> str | None:
    """Why a model cannot be ranked over all tasks; None where it can."""
    for table, own in zip(tables, rows, strict=True):
        if model not in own:
            return f"does not run on {table.label}"
        if own[model].rank is None:
            return f"{own[model].status} on {table.label}"
    return None


def _rank_key(row: Row) -> tuple[float, float]:
    """The better mean first; as in the tables, a row with a diverged run comes after those without."""
    return (float(row.diverged > 0), row.metric.as_loss(0.0 if row.mean is None else row.mean))


def _profile(model: str, tables: Sequence[Table], rows: Sequence[dict[str, Row]]) -> tuple[float, ...]:
    """The share of a model's runs beyond each threshold, averaged over tasks."""
    shares = []
    for table, own in zip(tables, rows, strict=True):
        goal = _goal(table)
        progress = [_progress(value, table.chance, goal, table.metric) for _, value in own[model].values]
        shares.append([sum(part > threshold for part in progress) / len(progress) for threshold in THRESHOLDS])
    return tuple(math.fsum(column) / len(tables) for column in zip(*shares, strict=True))


def _goal(table: Table) -> float:
    """The optimum's score, or the best mean of a model."""
    optimum = [row.mean for row in table.rows if row.kind is RowKind.OPTIMUM and row.mean is not None]
    means = optimum or [row.mean for row in table.rows if row.kind is RowKind.MODEL and row.mean is not None]
    return min(means, key=table.metric.as_loss)


def _progress(score: float, chance: float, goal: float, metric: MetricInfo) -> float:
    """The share of the way from chance to the goal that a score has gone; 0 where the goal is no better than chance."""
    if not metric.is_better(goal, chance):
        return 0.0
    start, end, at = (metric.to_scale(each) for each in (chance, goal, score))
    return (at - start) / (end - start) if end != start else 0.0
