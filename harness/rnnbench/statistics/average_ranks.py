"""Average ranks over several tasks: Friedman's test and Nemenyi's critical difference (Demsar 2006).

Demsar, "Statistical comparisons of classifiers over multiple data sets", JMLR 7, 2006.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from rnnbench.statistics.distributions import f_above, range_quantile
from rnnbench.statistics.ranking import ERROR

if TYPE_CHECKING:
    from collections.abc import Sequence


def midranks(values: Sequence[tuple[float, ...]] | Sequence[float]) -> tuple[float, ...]:
    """1 for the least value; equal ones share the mean of the ranks that they take up."""
    ordered = sorted(values)
    counts = Counter(values)
    return tuple(ordered.index(value) + (counts[value] + 1) / 2 for value in values)


def friedman(ranks: Sequence[Sequence[float]]) -> float:
    """The p-value of no difference between average ranks.

    Friedman's statistic, corrected for ties (Conover 1999), as Iman and Davenport's F, which errs less.

    Args:
        ranks: a row for each task, a column for each model.
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


def indistinguishable(averages: Sequence[float], difference: float) -> list[tuple[int, int]]:
    """The longest stretches (first, last) of ascending average ranks within which no two differ, of two or more."""
    stretches: list[tuple[int, int]] = []
    for first, low in enumerate(averages):
        last = max(index for index, high in enumerate(averages) if index >= first and high - low < difference)
        if last > first and (not stretches or last > stretches[-1][1]):
            stretches.append((first, last))
    return stretches
