"""Student's t, Snedecor's F and the studentised range.

SciPy has them, and takes longer to import than everything else that a leaderboard needs.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_TINY = 1e-300
_FARTHEST, _STEP = 9.0, 0.05
"""The bound and the step of the trapezoidal rule for a normal density: its error is below a double's precision."""


def student_two_sided(t: float, freedom: float) -> float:
    """P(|T| >= |t|) for Student's t with ``freedom`` degrees of freedom (need not be whole)."""
    odds = abs(t) / freedom * abs(t)
    if odds == 0:
        return 1.0
    return _incomplete_beta(freedom / 2, 0.5, 1 / (1 + odds), 1 / (1 + 1 / odds))


@lru_cache
def student_quantile(probability: float, freedom: float) -> float:
    """The t below which Student's t lies with ``probability``, between 0 and 1, by bisection."""
    if probability < 0.5:
        return -student_quantile(1 - probability, freedom)
    tail = 2 * (1 - probability)
    return _first(lambda t: student_two_sided(t, freedom) <= tail)


def f_above(f: float, above: float, below: float) -> float:
    """P(F >= f) for the ratio of two variances with ``above`` and ``below`` degrees of freedom."""
    if f <= 0:
        return 1.0
    odds = above * f / below
    return _incomplete_beta(below / 2, above / 2, 1 / (1 + odds), 1 / (1 + 1 / odds))


@lru_cache
def range_quantile(probability: float, count: int) -> float:
    """The quantile of the range of ``count`` standard normal values.

    It is the studentised range with infinite degrees of freedom, as Nemenyi's test needs it.
    """
    return _first(lambda width: _range_below(width, count) >= probability)


def _range_below(width: float, count: int) -> float:
    """P(range <= width): one value is the least, at z, and the others lie within ``width`` above it."""
    steps = range(-round(_FARTHEST / _STEP), round(_FARTHEST / _STEP) + 1)
    total = math.fsum(
        math.exp(-((z := step * _STEP) ** 2) / 2) * (_normal_below(z + width) - _normal_below(z)) ** (count - 1)
        for step in steps
    )
    return count * total * _STEP / math.sqrt(2 * math.pi)


def _normal_below(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2


def _first(reached: Callable[[float], bool]) -> float:
    """The least positive number that ``reached`` holds for, as it does for all above it, by bisection."""
    low, high = 0.0, 1.0
    while not reached(high):
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def _incomplete_beta(a: float, b: float, x: float, rest: float) -> float:
    """The regularised incomplete beta function I_x(a, b) (DLMF 8.17); ``rest`` is 1 - x, both with all their digits."""
    if x == 0 or rest == 0:
        return float(rest == 0)
    if x > (a + 1) / (a + b + 2):  # where the fraction converges slowly: I_x(a, b) = 1 - I_1-x(b, a)
        return 1 - _incomplete_beta(b, a, rest, x)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    return math.exp(log_front) / (a * _fraction(a, b, x))


def _fraction(a: float, b: float, x: float) -> float:
    """1 + d1/(1 + d2/(1 + ...)), the continued fraction of DLMF 8.17.22, by Lentz's method."""
    value, numerator, denominator = 1.0, 1.0, 0.0
    for step in range(1, 10_000):
        m = step // 2
        if step % 2:
            d = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            d = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        denominator = 1 / (1 + d * denominator or _TINY)
        numerator = 1 + d / numerator or _TINY
        value *= numerator * denominator
        if abs(numerator * denominator - 1) < 1e-15:
            break
    return value
