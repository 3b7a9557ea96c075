import math

import pytest
from scipy import stats

from rnnbench.statistics.distributions import f_above, range_quantile, student_quantile, student_two_sided

FREEDOMS = (1, 1.5, 2, 3.7, 4, 9, 29.3, 200, 5000)


@pytest.mark.parametrize("freedom", FREEDOMS)
@pytest.mark.parametrize("t", [0.0, 1e-4, 0.1, 0.9, 1.0, 2.5, -2.5, 7.0, 40.0, 1e3, 1e8])
def test_two_sided_p_values_are_scipys(t, freedom):
    assert student_two_sided(t, freedom) == pytest.approx(2 * stats.t.sf(abs(t), freedom), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("freedom", FREEDOMS)
@pytest.mark.parametrize("probability", [0.025, 0.2, 0.5, 0.8, 0.95, 0.975, 0.9999])
def test_quantiles_are_scipys(probability, freedom):
    wanted = stats.t.ppf(probability, freedom)
    assert student_quantile(probability, freedom) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def test_one_degree_of_freedom_is_cauchys():
    assert student_quantile(0.975, 1) == pytest.approx(math.tan(math.pi * 0.475), rel=1e-12)
    assert student_two_sided(1.0, 1) == pytest.approx(0.5, rel=1e-12)


def test_an_infinite_t_leaves_nothing():
    assert student_two_sided(-math.inf, 3) == 0.0
    assert student_two_sided(1e200, 3) == 0.0


@pytest.mark.parametrize("freedoms", [(1, 1), (2, 8), (4, 28), (9, 3.5), (6, 600)])
@pytest.mark.parametrize("f", [1e-6, 0.5, 1.0, 3.3, 40.0, 1e6])
def test_f_tails_are_scipys(f, freedoms):
    assert f_above(f, *freedoms) == pytest.approx(stats.f.sf(f, *freedoms), rel=1e-9, abs=1e-300)
    assert f_above(0.0, *freedoms) == 1.0


@pytest.mark.parametrize("count", [2, 3, 5, 7, 12, 50])
@pytest.mark.parametrize("probability", [0.5, 0.95, 0.99])
def test_quantiles_of_the_range_are_scipys(probability, count):
    wanted = stats.studentized_range.ppf(probability, count, math.inf)
    assert range_quantile(probability, count) == pytest.approx(wanted, rel=1e-6)


def test_the_range_of_two_values_is_a_normal_difference():
    assert range_quantile(0.95, 2) == pytest.approx(math.sqrt(2) * stats.norm.ppf(0.975), rel=1e-10)
