"""The test-set variance of a difference between two models that answered the same items.

Most items are hard or easy for every model, so that errors of two models on one test set go together, and their
difference is known far better than either. A score that is a smooth function of sums over items moves by u_i, to first
order, when item i is drawn once more, and the bootstrap's variance is the sum of u_i^2 (the infinitesimal jackknife,
Efron 1982, chapter 6). I items, K statistics of an item.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Floats = npt.NDArray[np.float64]

_COPIES = 10_000
"""The derivative is taken of a test set with so many copies of every item, where one item more or less is little."""


@dataclass(frozen=True)
class TestVariance:
    """The variance of a difference under resampling of the test set, and its degrees of freedom."""

    __test__ = False

    variance: float
    freedom: float


def influences(statistics_IK: Floats, scaled: Callable[[Floats], Floats], expected: float) -> Floats:
    """How far each item moves a score, of shape [I].

    Args:
        statistics_IK: the statistics of each item.
        scaled: the score of each of N x K sums of statistics.
        expected: the score of all items.

    Raises:
        ValueError: the statistics do not give the expected score.
    """
    all_K = _COPIES * statistics_IK.sum(axis=0)
    if not math.isclose(scaled(all_K[None])[0], expected, rel_tol=1e-6, abs_tol=1e-9):
        raise ValueError("the items do not give the record's score")
    more_I, less_I = (scaled(all_K + sign * statistics_IK) for sign in (1, -1))
    return _COPIES / 2 * (more_I - less_I)


def difference_variance(first: Sequence[Floats], second: Sequence[Floats]) -> TestVariance:
    """The variance of the difference between two models' means over seeds.

    Args:
        first: the influences of at least two items, a run of one model each.
        second: those of the same items on the other model's runs.
    """
    ours_I, theirs_I = (np.mean(side, axis=0) for side in (first, second))
    count = len(ours_I)
    variance = math.fsum((ours_I - theirs_I) ** 2) * count / (count - 1)
    return TestVariance(float(f"{variance:.6g}"), count - 1)  # a small difference of large numbers has no more digits
