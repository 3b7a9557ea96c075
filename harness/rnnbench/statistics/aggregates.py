"""The interquartile mean of many seeds, and the probability that one model's run beats another's.

Both after Agarwal et al. 2021, "Deep reinforcement learning at the edge of the statistical precipice".
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rnnbench.statistics.summary import BOOTSTRAP_FROM, LEVEL, Interval, mean, resamples

if TYPE_CHECKING:
    from collections.abc import Sequence

_QUARTER = 0.25


def interquartile_mean(values: Sequence[float]) -> float:
    """The mean of the middle half of the values: a quarter of them, rounded down, is left out at each end.

    An outlier does not move it, and it uses more of the sample than a median.
    """
    cut = int(_QUARTER * len(values))
    return mean(sorted(values)[cut : len(values) - cut])


def interquartile_interval(values: Sequence[float]) -> Interval | None:
    """The 95 % percentile bootstrap interval of the interquartile mean.

    None with fewer than ten values, where it would be far too short.
    """
    if len(values) < BOOTSTRAP_FROM:
        return None
    import numpy as np  # noqa: PLC0415  most boards have fewer seeds and need no array

    cut = int(_QUARTER * len(values))
    drawn = np.sort(np.sort(np.asarray(values, dtype=np.float64))[resamples(len(values))], axis=1)
    low, high = np.quantile(drawn[:, cut : len(values) - cut].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))


def improvement(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The probability that a run of ours beats one of theirs: the share of the pairs, a tie being half.

    It is Mann and Whitney's U over the number of pairs. It says how often, not by how much.

    Args:
        ours: losses of the runs: less is better.
        theirs: those of the others.
    """
    wins = math.fsum(0.5 + 0.5 * ((a < b) - (a > b)) for a in ours for b in theirs)
    return wins / (len(ours) * len(theirs))
