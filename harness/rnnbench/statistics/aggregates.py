"""What many seeds say that a mean does not: the interquartile mean, and how often one model's run beats another's.

Both after Agarwal et al. 2021, "Deep reinforcement learning at the edge of the statistical precipice".
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rnnbench.statistics.summary import BOOTSTRAP_FROM, LEVEL, Interval, mean, resamples, scale

if TYPE_CHECKING:
    from collections.abc import Sequence

_QUARTER = 0.25


def interquartile_mean(values: Sequence[float], ratio: bool = False) -> float:
    """The mean of the middle half of the values: a quarter of them, rounded down, is left out at each end.

    One seed that went astray does not move it, and it wastes less of the others than a median. For ratio metrics the
    mean is geometric.
    """
    cut = int(_QUARTER * len(values))
    return mean(sorted(values)[cut : len(values) - cut], ratio)


def interquartile_interval(values: Sequence[float], ratio: bool = False) -> Interval | None:
    """Its 95 % percentile bootstrap interval over seeds; None with fewer than ten, where it would be far too short."""
    if len(values) < BOOTSTRAP_FROM:
        return None
    import numpy as np  # noqa: PLC0415  most boards have fewer seeds and need no array

    scaled, back = scale(values, ratio)
    cut = int(_QUARTER * len(values))
    drawn = np.sort(np.sort(np.asarray(scaled, dtype=np.float64))[resamples(len(values))], axis=1)
    low, high = np.quantile(drawn[:, cut : len(values) - cut].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(back(float(low)), back(float(high)))


def improvement(ours: Sequence[float], theirs: Sequence[float], maximise: bool) -> float:
    """The probability that a run of ours beats one of theirs: the share of the pairs, a tie being half.

    It is Mann and Whitney's U over the number of pairs. It says how often, not by how much.
    """
    sign = 1 if maximise else -1
    wins = math.fsum(0.5 + 0.5 * ((sign * a > sign * b) - (sign * a < sign * b)) for a in ours for b in theirs)
    return wins / (len(ours) * len(theirs))
