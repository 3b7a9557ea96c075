import math

import pytest
from scipy import stats

from rnnbench.leaderboard.distributions import student_quantile, student_two_sided

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
