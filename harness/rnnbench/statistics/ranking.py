"""Welch's test between every two samples, corrected by Holm, and the ranks and detectable gap that follow from it."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

from rnnbench.statistics.distributions import student_quantile, student_two_sided
from rnnbench.statistics.summary import deviation, mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ERROR = 0.05
"""How often, at most, a task's table calls any two equal models different."""
POWER = 0.8


def welch(a: Sequence[float], b: Sequence[float]) -> float:
    """The two-sided p-value of Welch's test that two samples have one mean.

    Where a sample has one value, or neither varies, there is no test: p is 0 where the means differ and 1 where they
    are equal.
    """
    difference = mean(a) - mean(b)
    if min(len(a), len(b)) < 2:
        return float(difference == 0)
    errors = [deviation(sample) / math.sqrt(len(sample)) for sample in (a, b)]
    error = math.hypot(*errors)
    if error == 0:
        return float(difference == 0)
    shares = [(part / error) ** 2 for part in errors]
    freedom = 1 / sum(share**2 / (len(sample) - 1) for share, sample in zip(shares, (a, b), strict=True))
    return student_two_sided(difference / error, freedom)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values corrected for their number (Holm 1979), in the order given."""
    corrected = [0.0] * len(p_values)
    largest = 0.0
    for position, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - position) * p_values[index]))
        corrected[index] = largest
    return corrected


def rank(samples: Mapping[str, Sequence[float]]) -> dict[str, int]:
    """1 + the number of samples that are significantly better, by label.

    Args:
        samples: losses: less is better.
    """
    pairs = list(combinations(sorted(samples), 2))
    p_values = holm([welch(samples[a], samples[b]) for a, b in pairs])
    means = {label: mean(values) for label, values in samples.items()}
    ranks = dict.fromkeys(samples, 1)
    for (a, b), p_value in zip(pairs, p_values, strict=True):
        if p_value < ERROR and means[a] != means[b]:
            ranks[b if means[a] < means[b] else a] += 1
    return ranks


def detectable_gap(samples: Sequence[Sequence[float]], comparisons: int = 1) -> float | None:
    """The difference of two means that so many seeds would show in 80 % of cases, at 5 %, two-sided.

    (t(1 - error / 2) + t(power)) s sqrt(2 / n) with 2 (n - 1) degrees of freedom, where s is pooled over the samples;
    the exact value, from the noncentral t, is at most 6 % larger (two seeds), 1 % from four on.

    Args:
        samples: a value for each seed.
        comparisons: how many pairs share the 5 % (Bonferroni; ranks are Holm-corrected, which finds a little more).

    Returns:
        None where no sample has two values.
    """
    varied = [sample for sample in samples if len(sample) > 1]
    if not varied:
        return None
    freedom = sum(len(sample) - 1 for sample in varied)
    weighted = (deviation(sample) * math.sqrt((len(sample) - 1) / freedom) for sample in varied)
    count = min(len(sample) for sample in varied)
    quantiles = sum(student_quantile(p, 2 * (count - 1)) for p in (1 - ERROR / comparisons / 2, POWER))
    return quantiles * math.hypot(*weighted) * math.sqrt(2 / count)
