"""The mean of a sample, its standard deviation and its 95 % confidence interval."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rnnbench.statistics.distributions import student_quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

LEVEL = 0.95
BOOTSTRAP_FROM = 10
"""From so many seeds on the interval is a bootstrap's; below, Student's t."""
RESAMPLES = 9999
STREAM = "rnnbench leaderboard bootstrap"


@dataclass(frozen=True)
class Interval:
    """A confidence interval."""

    low: float
    high: float

    def within(self, least: float, largest: float) -> Interval:
        """The part of it that lies between two bounds; a point where none does."""
        return Interval(min(max(self.low, least), largest), max(min(self.high, largest), least))


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean."""
    return math.fsum(values) / len(values)


def deviation(values: Sequence[float]) -> float:
    """The standard deviation of a sample, n - 1 in the denominator; exactly zero for equal values.

    Raises:
        ValueError: fewer than two values.
    """
    if len(values) < 2:
        raise ValueError("one value has no deviation")
    if min(values) == max(values):
        return 0.0
    centre = mean(values)
    return math.hypot(*(value - centre for value in values)) / math.sqrt(len(values) - 1)


def interval(values: Sequence[float]) -> Interval | None:
    """The 95 % confidence interval of the mean; None for a single value, which says nothing of it."""
    if len(values) < 2:
        return None
    if min(values) == max(values):
        return Interval(values[0], values[0])
    ends = student_interval(values) if len(values) < BOOTSTRAP_FROM else bootstrap_interval(values)
    return Interval(*ends)


def student_interval(values: Sequence[float], level: float = LEVEL) -> tuple[float, float]:
    """Mean +- t s / sqrt(n): exact where seeds are normal and independent."""
    centre = mean(values)
    half = student_quantile((1 + level) / 2, len(values) - 1) * deviation(values) / math.sqrt(len(values))
    return centre - half, centre + half


def bootstrap_interval(values: Sequence[float], level: float = LEVEL) -> tuple[float, float]:
    """The bias-corrected and accelerated bootstrap interval of the mean (Efron 1987), at the expanded level.

    A plain bootstrap is too short by sqrt((n - 1) / n) z / t, a fifth at ten seeds; taking its quantiles at
    Phi(-sqrt(n / (n - 1)) t) in place of (1 - level) / 2 mends that (Hesterberg 2015). The resamples
    come from a stream of their own name: the same values give the same interval.
    """
    from statistics import NormalDist  # noqa: PLC0415

    import numpy as np  # noqa: PLC0415  most boards have fewer seeds and need no array

    normal = NormalDist()
    count = len(values)
    sample = np.sort(np.asarray(values, dtype=np.float64))
    centre = sample.mean()
    means = np.sort(sample[resamples(count)].mean(axis=1))
    below = (np.count_nonzero(means < centre) + np.count_nonzero(means <= centre)) / (2 * RESAMPLES)
    bias = normal.inv_cdf(min(max(below, 1 / RESAMPLES), 1 - 1 / RESAMPLES))
    # The jackknife's influences; its sign makes a long right tail move both ends to the right.
    influence = sample - centre
    acceleration = np.sum(influence**3) / (6 * np.sum(influence**2) ** 1.5)
    expanded = math.sqrt(count / (count - 1)) * student_quantile((1 + level) / 2, count - 1)

    def end(z: float) -> float:
        shifted = bias + (bias + z) / (1 - acceleration * (bias + z))
        return float(np.quantile(means, normal.cdf(float(shifted))))

    return end(-expanded), end(expanded)


@lru_cache(maxsize=4)
def resamples(count: int) -> np.ndarray[Any, Any]:
    """Which values each resample draws: RESAMPLES rows of ``count`` indices, shared by all rows of so many seeds."""
    import numpy as np  # noqa: PLC0415

    seed = int.from_bytes(hashlib.sha256(STREAM.encode()).digest()[:8], "big")
    return np.random.Generator(np.random.PCG64(seed)).integers(0, count, size=(RESAMPLES, count))
