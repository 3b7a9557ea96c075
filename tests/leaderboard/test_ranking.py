import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from rnnbench.statistics.ranking import detectable_gap, holm, rank, welch


@pytest.mark.parametrize("sizes", [(2, 2), (3, 5), (5, 5), (12, 3)])
def test_welch_is_scipys(sizes):
    generator = np.random.default_rng(sum(sizes))
    a, b = generator.normal(0, 1, sizes[0]), generator.normal(0.8, 3, sizes[1])
    assert welch(a, b) == pytest.approx(stats.ttest_ind(a, b, equal_var=False).pvalue, rel=1e-9)


def test_welch_with_one_sample_that_does_not_vary_is_still_a_test():
    varying = [1.1, 1.3, 0.9]
    assert welch([1.0, 1.0, 1.0], varying) == pytest.approx(stats.ttest_1samp(varying, 1.0).pvalue, rel=1e-9)


def test_samples_that_do_not_vary_are_compared_by_their_means():
    assert welch([0.1] * 3, [0.1] * 3) == 1.0
    assert welch([0.1] * 3, [0.1 + 1e-15] * 3) == 0.0


def test_single_seeds_are_compared_by_value():
    assert welch([1.0], [1.0]) == 1.0
    assert welch([1.0], [2.0]) == 0.0
    assert welch([1.0], [2.0, 300.0]) == 0.0


def brute_force_holm(p_values):
    """Rejected at ``level`` = the smallest level at which Holm's step-down procedure still rejects."""

    def rejects(level, index):
        order = sorted(range(len(p_values)), key=lambda i: p_values[i])
        for step, i in enumerate(order):
            if p_values[i] > level / (len(p_values) - step):
                return False
            if i == index:
                return True
        raise AssertionError

    levels = [k * p for p in p_values for k in range(1, len(p_values) + 1)]
    return [
        min([x for x in levels if x <= 1 and rejects(x * (1 + 1e-12), i)], default=1.0) for i in range(len(p_values))
    ]


@settings(deadline=None)
@given(st.lists(st.floats(1e-6, 1), max_size=6))
def test_holm_is_the_step_down_procedure(p_values):
    assert holm(p_values) == pytest.approx(brute_force_holm(p_values))


def test_a_rank_is_one_more_than_the_rows_that_are_better():
    samples = {"best": [1.0, 1.1, 0.9], "equal": [1.05, 1.15, 0.95], "worse": [5.0, 5.1, 4.9], "worst": [9.0, 9.1, 8.9]}
    assert rank(samples) == {"best": 1, "equal": 1, "worse": 3, "worst": 4}


def test_the_correction_makes_a_lone_small_p_value_count_less():
    """Two rows differ at 5 % when alone, and no longer among twelve."""
    pair = {"a": [1.0, 1.1, 0.9], "b": [1.3, 1.25, 1.15]}
    assert 0.01 < welch(*pair.values()) < 0.05
    assert sorted(rank(pair).values()) == [1, 2]
    crowd = {f"c{index}": [1.0 + index / 1000, 1.2, 1.1] for index in range(10)}
    assert set(rank(pair | crowd).values()) == {1}


def test_single_seeds_rank_by_value_and_share_a_rank_where_equal():
    assert rank({"a": [1.0], "b": [2.0], "c": [1.0], "d": [3.0]}) == {"a": 1, "c": 1, "b": 3, "d": 4}


def test_equal_models_are_seldom_told_apart():
    """The family-wise error over a table of five is at most 5 %."""
    generator = np.random.default_rng(7)
    wrong = sum(
        set(rank({str(row): generator.normal(size=4).tolist() for row in range(5)}).values()) != {1} for _ in range(400)
    )
    assert wrong / 400 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)


def test_ranks_do_not_depend_on_the_order_of_rows():
    samples = {str(row): np.random.default_rng(row).normal(row / 3, 1, 4).tolist() for row in range(6)}
    shuffled = random.Random(1).sample(sorted(samples.items()), len(samples))
    assert rank(dict(shuffled)) == rank(samples)


def exact_gap(count):
    """In units of the deviation, from the noncentral t."""
    freedom = 2 * (count - 1)
    critical = stats.t.ppf(0.975, freedom)

    def missed(shift):
        return stats.nct.cdf(critical, freedom, shift) - stats.nct.cdf(-critical, freedom, shift) - 0.2

    return optimize.brentq(missed, 2, 7) * math.sqrt(2 / count)


@pytest.mark.parametrize(("count", "tolerance"), [(2, 0.06), (3, 0.02), (5, 0.01), (10, 0.01)])
def test_the_detectable_gap_has_80_percent_power(count, tolerance):
    sample = np.arange(count, dtype=float)
    sample /= np.std(sample, ddof=1)
    assert detectable_gap([sample, 3 + sample]) == pytest.approx(exact_gap(count), rel=tolerance)


def test_the_detectable_gap_pools_variances():
    three, one = [0.0, 3.0, 6.0], [0.0, 1.0, 2.0]
    pooled = math.sqrt((9 + 1) / 2)
    assert detectable_gap([three, one]) == pytest.approx(detectable_gap([one, one]) * pooled)


def test_single_seeds_have_no_detectable_gap():
    assert detectable_gap([[1.0], [2.0]]) is None
    assert detectable_gap([]) is None
