"""What the finite test set leaves open of a difference between two models that answered the same items.

Most items are hard or easy for every model, so that errors of two models on one test set go together, and their
difference is known far better than either. Where a score is a function of sums over items its error is exact to first
order without a draw: the score moves by u_i when item i is drawn once more, and the bootstrap's variance is the sum of
u_i^2 (the infinitesimal jackknife, Efron 1982, chapter 6).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnnbench.records.schema import MetricInfo

_SUMS = {
    "perplexity": ("nll", "words", 1.0),
    "character-perplexity": ("nll", "tokens", 1.0),
    "bits-per-byte": ("nll", "bytes", 1 / math.log(2)),
    "mse": ("squared_error", "count", 1.0),
    "mae": ("absolute_error", "count", 1.0),
}
"""Metrics that are, on the scale where they are averaged, a factor times one column's sum over another's."""


@dataclass(frozen=True)
class TestVariance:
    """The variance of a difference under resampling of the test set, and its degrees of freedom."""

    __test__ = False

    variance: float
    freedom: float


@dataclass(frozen=True)
class Scored:
    """A run's items and its score on the scale where scores are averaged."""

    items: Mapping[str, Sequence[Any]]
    scaled: float


def paired_variance(metric: MetricInfo, first: Sequence[Scored], second: Sequence[Scored]) -> TestVariance | None:
    """The variance of the difference between two models' means over seeds, from items that both answered.

    Returns:
        None where it cannot be told: the metric is no known function of sums, the items do not give the records'
        scores, or the runs did not answer the same items.
    """
    try:
        sides = [[_influences(metric, run) for run in runs] for runs in (first, second)]
        answered = [key for side in sides for _, key in side]
        if any(key != answered[0] for key in answered) or len(answered[0]) < 2:
            return None
        ours, theirs = (
            [math.fsum(moves) / len(side) for moves in zip(*(moves for moves, _ in side), strict=True)]
            for side in sides
        )
        squares = math.fsum((a - b) ** 2 for a, b in zip(ours, theirs, strict=True))
    except (KeyError, TypeError, ValueError, OverflowError, ZeroDivisionError):
        return None  # items are strangers' input: any value may stand in them
    count = len(ours)
    return TestVariance(squares * count / (count - 1), count - 1)


def _influences(metric: MetricInfo, run: Scored) -> tuple[list[float], list[Any]]:
    """How far each item moves the score, and what tells that two runs answered the same items."""
    if metric.name == "accuracy":
        key = list(run.items["label"])
        above = [100.0 * (a == b) for a, b in zip(run.items["predicted"], key, strict=True)]
        below = [1.0] * len(key)
    else:
        numerator, denominator, factor = _SUMS[metric.name]
        above = [factor * float(value) for value in run.items[numerator]]
        below = key = [float(value) for value in run.items[denominator]]
    size = math.fsum(below)
    score = math.fsum(above) / size
    if not math.isclose(score, run.scaled, rel_tol=1e-6, abs_tol=1e-9):
        raise ValueError("the items do not give the record's score")
    return [(a - score * b) / size for a, b in zip(above, below, strict=True)], key
