"""What all tables of a board say together: average ranks, whether they differ, and how far each model gets how often.

Only the models that run on every task can be compared so. Ranks are by mean score within these models, ties sharing
theirs, and are averaged over tasks. From five tasks on Friedman's test, in Iman and Davenport's form, says whether any
average ranks differ, and Nemenyi's which (Demsar 2006, "Statistical comparisons of classifiers over multiple data
sets"). Performance profiles are those of Agarwal et al. 2021.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench.leaderboard.board import Row, RowKind, Table
from rnnbench.statistics.distributions import f_above, range_quantile
from rnnbench.statistics.ranking import ERROR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnnbench.records.schema import MetricInfo

FEWEST_TASKS = 5
"""With fewer tasks average ranks are shown, and nothing is tested."""
THRESHOLDS = tuple(step / 20 for step in range(21))
"""How far from the chance level (0) to the goal (1): the optimum, or the best mean where it is not known."""
SHOWN = (0.5, 0.75, 0.9)
"""The thresholds that tables show; drawings show all."""


@dataclass(frozen=True)
class Standing:
    """A model over all tasks."""

    model: str
    average_rank: float
    ranks: tuple[float, ...]
    """By task."""
    profile: tuple[float, ...] = ()
    """The share of its runs that get beyond each threshold, tasks weighing the same; empty below five tasks."""

    def past(self, threshold: float) -> float:
        """The share of its runs that get beyond one of :data:`THRESHOLDS`."""
        return self.profile[THRESHOLDS.index(threshold)]


@dataclass(frozen=True)
class Across:
    """A board's tasks together; tests and profiles are None and empty below five of them."""

    tasks: tuple[str, ...]
    standings: tuple[Standing, ...]
    """The best average rank first."""
    left_out: tuple[tuple[str, str], ...]
    """(model, why) of those that have no complete row on every task."""
    thresholds: tuple[float, ...] = ()
    p_value: float | None = None
    """Of the hypothesis that no average ranks differ."""
    critical_difference: float | None = None
    """Average ranks that lie at least so far apart differ, at 5 % over all pairs."""
    groups: tuple[tuple[str, ...], ...] = ()
    """Neighbours that cannot be told apart; groups may overlap."""


def across(tables: Sequence[Table]) -> Across | None:
    """The tables of a board together; None where they have no two models in common, or there is only one."""
    rows = [{row.model: row for row in table.rows if row.kind is RowKind.MODEL} for table in tables]
    labels = sorted({model for each in rows for model in each})
    missing = {model: reason for model in labels if (reason := _absence(model, tables, rows))}
    models = [model for model in labels if model not in missing]
    if len(tables) < 2 or len(models) < 2:
        return None
    ranks = [midranks([_standing_of(each[model]) for model in models]) for each in rows]
    enough = len(tables) >= FEWEST_TASKS
    profiles = [_profile(model, tables, rows) if enough else () for model in models]
    standings = sorted(
        (
            Standing(model, math.fsum(own) / len(own), own, profile)
            for model, own, profile in zip(models, zip(*ranks, strict=True), profiles, strict=True)
        ),
        key=lambda standing: (standing.average_rank, standing.model),
    )
    common = Across(tuple(table.label for table in tables), tuple(standings), tuple(missing.items()))
    return _tested(common, ranks) if enough else common


def midranks(values: Sequence[tuple[float, ...]] | Sequence[float]) -> tuple[float, ...]:
    """1 for the least value; equal ones share the mean of the ranks that they take up."""
    ordered = sorted(values)
    counts = Counter(values)
    return tuple(ordered.index(value) + (counts[value] + 1) / 2 for value in values)


def friedman(ranks: Sequence[Sequence[float]]) -> float:
    """The p-value of no difference between average ranks.

    Friedman's statistic, corrected for ties (Conover 1999), as Iman and Davenport's F, which errs less.

    Args:
        ranks: a row a task, a column a model.
    """
    tasks, models = len(ranks), len(ranks[0])
    middle = (models + 1) / 2
    between = math.fsum((math.fsum(column) - tasks * middle) ** 2 for column in zip(*ranks, strict=True)) / tasks
    total = math.fsum((rank - middle) ** 2 for row in ranks for rank in row)
    if total == 0:
        return 1.0
    within = total - between
    if within <= 1e-12 * total:
        return 0.0
    return f_above((tasks - 1) * between / within, models - 1, (models - 1) * (tasks - 1))


def critical_difference(models: int, tasks: int) -> float:
    """Nemenyi's: how far apart two of the models' average ranks must lie, at 5 % over all pairs."""
    return range_quantile(1 - ERROR, models) / math.sqrt(2) * math.sqrt(models * (models + 1) / (6 * tasks))


def groups(averages: Sequence[float], difference: float) -> list[tuple[int, int]]:
    """The longest stretches (first, last) of ascending average ranks within which no two differ, of two or more."""
    found: list[tuple[int, int]] = []
    for first, low in enumerate(averages):
        last = max(index for index, high in enumerate(averages) if index >= first and high - low < difference)
        if last > first and (not found or last > found[-1][1]):
            found.append((first, last))
    return found


def _tested(common: Across, ranks: Sequence[Sequence[float]]) -> Across:
    models = [standing.model for standing in common.standings]
    averages = [standing.average_rank for standing in common.standings]
    difference = critical_difference(len(models), len(common.tasks))
    p_value = friedman(ranks)
    # without a difference among all, none between two is looked for
    spans = groups(averages, difference) if p_value < ERROR else [(0, len(models) - 1)]
    return Across(
        common.tasks,
        common.standings,
        common.left_out,
        THRESHOLDS,
        p_value,
        difference,
        tuple(tuple(models[first : last + 1]) for first, last in spans),
    )


def _absence(model: str, tables: Sequence[Table], rows: Sequence[dict[str, Row]]) -> str | None:
    """Why a model cannot be ranked over all tasks; None where it can."""
    for table, own in zip(tables, rows, strict=True):
        if model not in own:
            return f"does not run on {table.label}"
        if own[model].rank is None:
            return f"{own[model].status} on {table.label}"
    return None


def _standing_of(row: Row) -> tuple[float, float]:
    """What ranks by mean: as in the tables, a row with a diverged run comes after those without."""
    mean = 0.0 if row.mean is None else row.mean
    return (float(row.diverged > 0), -mean if row.metric.direction == "max" else mean)


def _profile(model: str, tables: Sequence[Table], rows: Sequence[dict[str, Row]]) -> tuple[float, ...]:
    shares = []
    for table, own in zip(tables, rows, strict=True):
        goal = _goal(table)
        ways = [_way(value, table.chance, goal, table.metric) for _, value in own[model].values]
        shares.append([sum(way > threshold for way in ways) / len(ways) for threshold in THRESHOLDS])
    return tuple(math.fsum(column) / len(tables) for column in zip(*shares, strict=True))


def _goal(table: Table) -> float:
    """The optimum's score, or the best mean of a model."""
    optimum = [row.mean for row in table.rows if row.kind is RowKind.OPTIMUM and row.mean is not None]
    means = optimum or [row.mean for row in table.rows if row.kind is RowKind.MODEL and row.mean is not None]
    return max(means) if table.metric.direction == "max" else min(means)


def _way(value: float, chance: float, goal: float, metric: MetricInfo) -> float:
    """How much of the way from chance to the goal a score has gone; 0 where the goal is no better than chance."""
    start, end, at = (math.log(each) if metric.ratio else each for each in (chance, goal, value))
    forward = end > start if metric.direction == "max" else end < start
    return (at - start) / (end - start) if forward else 0.0
