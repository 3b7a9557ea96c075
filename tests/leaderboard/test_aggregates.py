import numpy as np
import pytest
from scipy import stats

from leaderboard.factory import make_results, make_task, rendered
from leaderboard.test_table import D, row, table
from rnnbench.leaderboard import make_board
from rnnbench.statistics.aggregates import improvement, interquartile_interval, interquartile_mean

TEN = [84.1, 85.0, 83.2, 84.4, 84.9, 83.9, 84.0, 12.0, 84.3, 84.6]


@pytest.mark.parametrize("count", [4, 10, 11, 13, 20])
def test_the_interquartile_mean_is_scipys_trimmed_mean(count):
    values = np.random.default_rng(count).normal(size=count).tolist()
    assert interquartile_mean(values) == pytest.approx(stats.trim_mean(values, 0.25), rel=1e-12)


def test_its_interval_is_scipys_percentile_bootstrap():
    values = np.random.default_rng(1).gamma(2.0, size=14)

    def trimmed(sample, axis):
        return stats.trim_mean(sample, 0.25, axis=axis)

    wanted = stats.bootstrap(
        (values,), trimmed, n_resamples=20_000, method="percentile", rng=np.random.default_rng(2)
    ).confidence_interval
    found = interquartile_interval(values.tolist())
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=0.03 * (wanted.high - wanted.low))
    assert interquartile_interval(values[:9].tolist()) is None


def test_the_probability_of_improvement_is_mann_and_whitneys():
    draw = np.random.default_rng(3)
    ours, theirs = draw.integers(0, 6, 7).tolist(), draw.integers(1, 7, 5).tolist()  # with ties
    assert improvement(ours, theirs) == stats.mannwhitneyu(theirs, ours).statistic / 35


def test_a_stray_seed_moves_the_mean_and_not_the_interquartile_mean():
    found = row(table({"lstm": TEN}), "lstm")
    assert found.mean == pytest.approx(77.04)
    assert found.interquartile_mean == pytest.approx(np.mean(sorted(TEN)[2:8]))
    assert found.interquartile_interval.low > found.seeds_interval.low


@pytest.mark.parametrize("values", [TEN[:9], [*TEN[:9], D]])
def test_below_ten_seeds_or_with_a_diverged_one_no_table_shows_it(values):
    built = make_board(*make_results({"lstm": values}))
    assert built.tables[0].rows[0].interquartile_mean is None
    assert "IQM" not in rendered("md", built)


def test_from_ten_seeds_on_markdown_shows_it_and_says_what_it_is():
    text = rendered("md", make_board(*make_results({"lstm": TEN})))
    assert "| IQM | 95 %, IQM |" in text
    assert "- IQM: the mean of the middle half of the seeds" in text


def test_runs_are_set_against_those_of_the_first_row():
    task = make_task("forecasting/series", chance=0.0)
    found = table({"best": [90.0, 91.0, 92.0], "near": [89.0, 91.5, 80.0], "far": [10.0, 11.0, 12.0]}, task)
    assert [each.beats_first for each in found.rows] == [None, pytest.approx(2 / 9), 0.0]
    assert "| beats the first |" in rendered("md", make_board(*make_results({"a": [1.0, 2.0], "b": [1.0, 2.0]})))
    assert "beats the first" not in rendered("md", make_board(*make_results({"a": [1.0], "b": [2.0]})))
