import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rnnbench.statistics.summary import (
    BOOTSTRAP_FROM,
    RESAMPLES,
    Interval,
    bootstrap_interval,
    deviation,
    interval,
    mean,
    student_interval,
)

SEEDS = [84.1, 85.0, 83.2, 84.4, 84.9]


def test_the_mean_is_exact():
    assert mean([2.0, 8.0]) == 5.0
    assert mean([1e100, 1.0, -1e100]) == 1 / 3


def test_the_deviation_is_numpys_with_n_minus_one():
    assert deviation(SEEDS) == pytest.approx(np.std(SEEDS, ddof=1), rel=1e-14)


@given(st.floats(-1e9, 1e9), st.integers(2, 40))
def test_equal_values_have_no_deviation_and_an_interval_of_no_width(value, count):
    values = [value] * count
    assert deviation(values) == 0.0
    assert interval(values).low == interval(values).high == value


def test_huge_scores_do_not_overflow():
    assert deviation([1e99, -1e99]) == pytest.approx(math.sqrt(2) * 1e99)
    assert math.isfinite(interval([1.5, 1e99]).high)


def test_one_value_has_neither_deviation_nor_interval():
    with pytest.raises(ValueError, match="one value"):
        deviation([1.0])
    assert interval([1.0]) is None


@pytest.mark.parametrize("count", [2, 3, 5])
def test_the_interval_below_ten_seeds_is_scipys_student_interval(count):
    values = SEEDS[:count]
    wanted = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    got = interval(values)
    assert (got.low, got.high) == pytest.approx((wanted.low, wanted.high), rel=1e-9)


@pytest.mark.parametrize(
    ("bounds", "wanted"), [((0, 100), (3, 5)), ((4, 100), (4, 5)), ((0, 4), (3, 4)), ((6, 9), (6, 6)), ((0, 1), (1, 1))]
)
def test_an_interval_is_cut_to_bounds(bounds, wanted):
    assert Interval(3, 5).within(*bounds) == Interval(*wanted)


def test_the_student_interval_covers_a_normal_mean_in_95_of_100_cases():
    samples = np.random.default_rng(1).normal(size=(2000, 3))
    covered = sum(low <= 0 <= high for low, high in (student_interval(sample.tolist()) for sample in samples))
    assert covered / 2000 == pytest.approx(0.95, abs=3 * math.sqrt(0.95 * 0.05 / 2000))


def test_from_ten_seeds_on_the_interval_is_a_bootstrap():
    values = np.random.default_rng(2).lognormal(size=BOOTSTRAP_FROM).tolist()
    got = interval(values)
    assert (got.low, got.high) == bootstrap_interval(values)
    assert got.high - mean(values) > mean(values) - got.low  # a long right tail, which Student's t would ignore
    shorter = interval(values[:-1])
    assert (shorter.low, shorter.high) == student_interval(values[:-1])


def test_the_bootstrap_is_scipys_bca_at_the_expanded_level():
    values = np.random.default_rng(3).gamma(2.0, size=12)
    expanded = math.sqrt(12 / 11) * stats.t.ppf(0.975, 11)
    level = 1 - 2 * stats.norm.cdf(-expanded)
    wanted = stats.bootstrap(
        (values,), np.mean, n_resamples=40_000, confidence_level=level, method="BCa", rng=np.random.default_rng(4)
    ).confidence_interval
    width = wanted.high - wanted.low
    assert bootstrap_interval(values) == pytest.approx((wanted.low, wanted.high), abs=0.04 * width)


def test_the_bootstrap_covers_in_about_95_of_100_cases():
    generator = np.random.default_rng(5)
    for draw, least in ((lambda: generator.normal(size=10), 0.92), (lambda: generator.exponential(size=10) - 1, 0.89)):
        ends = [bootstrap_interval(draw()) for _ in range(500)]
        assert least < sum(low <= 0 <= high for low, high in ends) / 500 < 0.98


def test_the_bootstrap_repeats_and_knows_no_order():
    values = np.random.default_rng(6).normal(size=15).tolist()
    assert bootstrap_interval(values) == bootstrap_interval(values[::-1])
    assert RESAMPLES >= 9999
