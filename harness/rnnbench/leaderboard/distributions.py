"""Student's t distribution, so that a leaderboard needs no SciPy, which alone takes longer to import than all else."""

from __future__ import annotations

import math
from functools import lru_cache

_TINY = 1e-300


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
    low, high = 0.0, 1.0
    while student_two_sided(high, freedom) > tail:
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if student_two_sided(middle, freedom) > tail else (low, middle)
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
