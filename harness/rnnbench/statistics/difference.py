"""An estimated difference between two models, with an error from the seeds of each and from the test set.

Its variance is Welch's over seeds plus that of the test set; their degrees of freedom are put together by
Satterthwaite's rule. In simulations the 95 % interval covers the truth in 93 to 96 % of cases with 3 seeds, 94 to 96 %
with 5, 95 % with 10.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rnnbench.statistics.distributions import student_quantile, student_two_sided
from rnnbench.statistics.summary import LEVEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnnbench.statistics.pairing import TestVariance

NEARLY_NORMAL = 1e6
"""Degrees of freedom with which Student's t is a normal distribution."""


@dataclass(frozen=True)
class EstimatedDifference:
    """A difference between two means; ``deviations`` and ``counts`` are of each side's seeds.

    A baseline has one score and no seeds: its deviation is 0 and its count 1.
    """

    difference: float
    deviations: tuple[float, float]
    counts: tuple[int, int]
    test: TestVariance

    @property
    def seeds_error(self) -> float:
        """One standard error of the difference that is due to the seeds."""
        pairs = zip(self.deviations, self.counts, strict=True)
        return math.sqrt(sum(deviation**2 / count for deviation, count in pairs))

    @property
    def test_error(self) -> float:
        """One standard error that is due to the finite test set."""
        return math.sqrt(self.test.variance)

    def half_width(self, more: int = 0) -> float:
        """Half the 95 % interval of the difference, with so many more seeds of each model."""
        return _half_width(self._parts(more))

    def p_below(self, limit: float) -> float:
        """The one-sided p-value of the hypothesis that the true difference is ``limit`` or more."""
        error, freedom = _combined(self._parts())
        distance = limit - self.difference
        if error == 0:
            return float(distance <= 0)
        tail = student_two_sided(distance / error, freedom) / 2
        return tail if distance > 0 else 1 - tail

    def p_above(self, limit: float) -> float:
        """The one-sided p-value of the hypothesis that the true difference is ``limit`` or less."""
        return replace(self, difference=-self.difference).p_below(-limit)

    def test_half_width(self) -> float:
        """Half the 95 % interval if the test set were the only source of error."""
        return _half_width([(self.test.variance, self.test.freedom)])

    def _parts(self, more: int = 0) -> list[tuple[float, float]]:
        """The variances that add up to that of the difference, each with its degrees of freedom."""
        parts = [
            (deviation**2 / (count + more), count + more - 1)
            for deviation, count in zip(self.deviations, self.counts, strict=True)
        ]
        return [*parts, (self.test.variance, self.test.freedom)]


def _half_width(parts: Sequence[tuple[float, float]]) -> float:
    """T times the square root of a sum of variances, each given with its degrees of freedom."""
    error, freedom = _combined(parts)
    return student_quantile((1 + LEVEL) / 2, freedom) * error if error else 0.0


def _combined(parts: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """(Standard error, degrees of freedom) of a sum of variances, each given with its own degrees of freedom."""
    varied = [(variance, freedom) for variance, freedom in parts if variance > 0]
    total = math.fsum(variance for variance, _ in varied)
    if total <= 0:
        return 0.0, NEARLY_NORMAL
    freedom = 1 / sum((variance / total) ** 2 / freedom for variance, freedom in varied)
    return math.sqrt(total), min(freedom, NEARLY_NORMAL)
