"""What the finite test set leaves open of a difference between two models that answered the same items.

Most items are hard or easy for every model, so that errors of two models on one test set go together, and their
difference is known far better than either. A score that is a smooth function of sums over items moves by u_i, to first
order, when item i is drawn once more, and the bootstrap's variance is the sum of u_i^2 (the infinitesimal jackknife,
Efron 1982, chapter 6). I items.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnbench.metrics import planned_metric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnnbench.contract.metrics import Floats
    from rnnbench.records.schema import MetricInfo

_TIMES = 10_000
"""The derivative is taken of a test set of so many copies of every item, where one item more or less is little."""


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
        None where it cannot be told: the metric is a plugin's own or a step, the items do not give the records'
        scores, or the runs did not answer the same items.
    """
    try:
        with np.errstate(all="ignore"):
            sides = [[_influences(metric, run) for run in runs] for runs in (first, second)]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return None  # items are strangers' input: any value may stand in them
    asked = [key for side in sides for _, key in side]
    if any(key != asked[0] for key in asked) or len(asked[0]) < 2:
        return None
    ours_I, theirs_I = (np.mean([moves_I for moves_I, _ in side], axis=0) for side in sides)
    count = len(ours_I)
    variance = math.fsum((ours_I - theirs_I) ** 2) * count / (count - 1)
    return TestVariance(float(f"{variance:.6g}"), count - 1)  # a small difference of large numbers has no more digits


def _influences(metric: MetricInfo, run: Scored) -> tuple[Floats, list[Any]]:
    """How far each item moves the score, and what tells that two runs answered the same items."""
    of = planned_metric(metric, run.items)
    if of.identifies is None:
        raise LookupError(f"{metric.name} is a step function, or does not say which items are the same")
    statistics_IK = of.per_item(run.items)
    all_K = _TIMES * statistics_IK.sum(axis=0)
    if not math.isclose(of.scaled(all_K[None])[0], run.scaled, rel_tol=1e-6, abs_tol=1e-9):
        raise ValueError("the items do not give the record's score")
    more_I, less_I = (of.scaled(all_K + sign * statistics_IK) for sign in (1, -1))
    return _TIMES / 2 * (more_I - less_I), list(run.items[of.identifies])
