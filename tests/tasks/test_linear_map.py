"""The linear maps against least squares and scikit-learn's ridge; seasons; published errors on ETTh1."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from rnnbench import Rows, Split
from rnnbench.metrics.scoring import score
from rnnbench_tasks.baselines import linear_map
from rnnbench_tasks.baselines.linear_map import PENALTIES, Affine, LinearMap, Moments, ridge
from rnnbench_tasks.baselines.seasonal import autocorrelation, positions, season
from rnnbench_tasks.forecasting import Forecasting
from rnnbench_tasks.public.ett import ETTh1


@pytest.fixture
def random():
    return np.random.default_rng(17)


def wandering(random, rows, channels):
    return np.cumsum(random.standard_normal((rows, channels)), axis=0) * 0.3 + random.standard_normal((rows, channels))


def literal_cases(values, lookback, horizon, joint):
    """Inputs and outputs of each regression case, window by window."""
    inputs, outputs = [], []
    for start in range(len(values) - lookback - horizon + 1):
        seen, future = values[start : start + lookback], values[start + lookback : start + lookback + horizon]
        if joint:
            inputs.append(np.concatenate([(seen[:-1] - seen[-1]).ravel(), seen[-1]]))
            outputs.append((future - seen[-1]).ravel())
        else:
            for channel in range(values.shape[1]):
                inputs.append(seen[:-1, channel] - seen[-1, channel])
                outputs.append(future[:, channel] - seen[-1, channel])
    return np.array(inputs), np.array(outputs)


@pytest.mark.parametrize("penalty", [1e-6, 0.03, 10.0])
def test_the_closed_form_is_scikit_learns_ridge(penalty, random):
    x, y = random.standard_normal((60, 7)) + 3, random.standard_normal((60, 4))
    centred = x - x.mean(axis=0)
    oracle = Ridge(alpha=penalty * np.square(centred).sum() / 7).fit(x, y)
    found = next(ridge(Moments.of(x, y), [penalty]))
    np.testing.assert_allclose(found.weight, oracle.coef_.T, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(found.bias, oracle.intercept_, rtol=1e-8, atol=1e-10)


def test_without_a_penalty_it_is_least_squares(random):
    x, y = random.standard_normal((60, 7)) + 3, random.standard_normal((60, 4))
    expected, *_ = np.linalg.lstsq(np.column_stack([x, np.ones(60)]), y)
    found = next(ridge(Moments.of(x, y), [1e-300]))
    np.testing.assert_allclose(np.vstack([found.weight, found.bias]), expected, rtol=1e-9, atol=1e-12)


def test_moments_add_up_and_give_the_squared_error(random):
    x, y = random.standard_normal((50, 5)), random.standard_normal((50, 3)) + 2
    whole, parts = Moments.of(x, y), Moments.of(x[:20], y[:20]) + Moments.of(x[20:], y[20:])
    for one, other in zip(vars(whole).values(), vars(parts).values(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)
    affine = Affine(random.standard_normal((5, 3)), random.standard_normal(3))
    assert affine.squared_error(whole) == pytest.approx(np.square(affine(x) - y).sum(), rel=1e-12)


@pytest.mark.parametrize("joint", [False, True])
def test_the_map_is_ridge_regression_on_the_windows_with_a_penalty_chosen_on_the_last_fifth(joint, random, monkeypatch):
    """Chosen and fitted literally; the windows are summed in parts of 16."""
    monkeypatch.setattr(linear_map, "_AT_ONCE", 16)
    lookback, horizon, channels = 6, 3, 2
    values, fresh = wandering(random, 120, channels), wandering(random, 20, channels)
    x, y = literal_cases(values, lookback, horizon, joint)
    cases = 1 if joint else channels
    held = 112 - 112 // 5
    fit, last = slice(None, (held - horizon + 1) * cases), slice(held * cases, None)

    def fitted(penalty, part):
        scale = np.square(x[part] - x[part].mean(axis=0)).sum() / x.shape[1]
        return Ridge(alpha=penalty * scale).fit(x[part], y[part])

    errors = [np.square(fitted(penalty, fit).predict(x[last]) - y[last]).sum() for penalty in PENALTIES]
    chosen = int(np.argmin(errors))
    assert 0 < chosen < len(PENALTIES) - 1
    oracle = fitted(PENALTIES[chosen], slice(None))

    found = LinearMap.fitted(values, lookback, horizon, joint=joint)
    windows = np.stack([fresh[start : start + lookback] for start in range(12)])
    x_new, _ = literal_cases(fresh[: 12 + lookback + horizon - 1], lookback, horizon, joint)
    expected = oracle.predict(x_new)
    if joint:
        expected = expected.reshape(12, horizon, channels)
    else:
        expected = expected.reshape(12, channels, horizon).swapaxes(1, 2)
    np.testing.assert_allclose(found(windows), expected + windows[:, -1:], rtol=1e-7, atol=1e-9)


def test_the_shared_map_follows_any_shift_of_the_level(random):
    found = LinearMap.fitted(wandering(random, 90, 2), 5, 4, joint=False)
    window = random.standard_normal((1, 5, 2))
    np.testing.assert_allclose(found(window + 100), found(window) + 100, rtol=1e-10)


def test_one_channel_that_foretells_another_is_read_by_the_joint_map_alone(random):
    """The second channel repeats the first, noise, three steps later."""
    noise = random.standard_normal(800)
    values = np.stack([noise[3:], noise[:-3]], axis=1)
    targets = values[604:607, 1]
    shared, joint = (
        LinearMap.fitted(values[:600], 4, 3, joint=joint)(values[None, 600:604]) for joint in (False, True)
    )
    np.testing.assert_allclose(joint[0, :, 1], targets, atol=0.02)
    assert np.abs(shared[0, :, 1] - targets).max() > 0.3


def test_many_channels_are_read_as_far_back_as_the_bound_allows(random, monkeypatch):
    values = wandering(random, 80, 3)
    monkeypatch.setattr(linear_map, "MOST_INPUTS", 12)
    bounded = LinearMap.fitted(values, 10, 2, joint=True)
    assert bounded.affine.weight.shape == (12, 6)
    window = values[None, :10].copy()
    before = bounded(window)
    window[:, :6] += random.standard_normal((6, 3))
    np.testing.assert_array_equal(bounded(window), before)


@pytest.mark.parametrize("joint", [False, True])
def test_the_shortest_series_and_lookback_are_fitted(joint):
    """One window, and a lookback of one step: the shared map has no input but its intercept."""
    found = LinearMap.fitted(np.array([[1.0], [2.0], [4.0]]), 1, 2, joint=joint)
    np.testing.assert_allclose(found(np.array([[[10.0]]])), [[[11.0], [13.0]]])


def test_a_constant_series_is_continued():
    found = LinearMap.fitted(np.zeros((60, 2)), 6, 3, joint=False)
    np.testing.assert_array_equal(found(np.full((1, 6, 2), 7.0)), np.full((1, 3, 2), 7.0))


def naive_error(values, length, lookback, horizon):
    steps = positions(length, lookback, horizon)
    windows = np.lib.stride_tricks.sliding_window_view(values, lookback + horizon, axis=0)
    return float(np.square(windows[..., lookback:] - windows[..., steps]).mean())


def test_the_season_of_a_noisy_cycle_is_found(random):
    time = np.arange(600)
    values = np.stack([np.sin(2 * np.pi * time / 12), np.cos(4 * np.pi * time / 12)], axis=1) * np.sqrt(2)
    noisy = values + random.standard_normal(values.shape) * 0.3
    assert season(values, 20, 30) == 12
    assert season(noisy, 40, 10) in {12, 24, 36}
    assert season(noisy, 20, 30) == 12
    assert season(noisy, 11, 5) < 12
    assert naive_error(values, 12, 20, 30) == pytest.approx(0, abs=1e-20)


def test_the_season_is_the_one_that_errs_least_on_the_training_windows(random):
    """A literal search over the windows agrees with the autocorrelation where the ends of the series weigh little."""
    time = np.arange(3_000)
    values = (np.sin(2 * np.pi * time / 7) + 0.5 * random.standard_normal(3_000))[:, None]
    values = (values - values.mean()) / values.std()
    errors = [naive_error(values, length, 10, 9) for length in range(1, 11)]
    assert season(values, 10, 9) == 1 + int(np.argmin(errors)) == 7


def test_a_walk_has_no_season_but_the_last_value(random):
    walk = np.cumsum(random.standard_normal((4_000, 1)), axis=0)
    assert season((walk - walk.mean()) / walk.std(), 24, 12) == 1


def test_a_season_is_repeated_from_its_last_occurrence():
    assert positions(3, 6, 7).tolist() == [3, 4, 5, 3, 4, 5, 3]
    assert positions(1, 6, 3).tolist() == [5, 5, 5]


def test_the_autocorrelation_is_the_mean_lagged_product(random):
    values = random.standard_normal((30, 2))
    expected = [
        np.mean([values[t, c] * values[t - lag, c] for t in range(lag, 30) for c in range(2)]) for lag in range(9)
    ]
    np.testing.assert_allclose(autocorrelation(values, 9), expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["seasonal-naive", "linear-map", "linear-map-all"])
def test_the_baselines_items_are_the_errors_of_every_test_window(name, make):
    case = make["forecasting"]()
    training, test = (case.arrays[split]["values"].astype(float) for split in (Split.TRAIN, Split.TEST))
    windows = np.stack([test[start : start + 14] for start in range(len(test) - 13)])
    seen, future = windows[:, :8], windows[:, 8:]
    if name == "seasonal-naive":
        forecast = seen[:, positions(season(training, 8, 6), 8, 6)]
    else:
        forecast = LinearMap.fitted(training, 8, 6, joint=name == "linear-map-all")(seen)
    baseline = next(baseline for baseline in case.task.baselines() if baseline.name == name)
    items = baseline.predict(case.task, case.encoding, case.arrays[Split.TRAIN], case.test)
    mse, mae = case.task.metrics
    assert score(mse, items) == pytest.approx(np.square(forecast - future).mean(), rel=1e-10)
    assert score(mae, items) == pytest.approx(np.abs(forecast - future).mean(), rel=1e-10)


@pytest.mark.data
@pytest.mark.parametrize(("lookback", "published"), [(336, 0.374), (96, 0.383)])
def test_the_shared_map_reproduces_the_published_error_on_etth1(lookback, published, data_folder):
    """NLinear: Zeng et al. 2022, table 2, horizon 96; with lookback 96 as others have rerun it."""
    task, dataset = Forecasting(lookback=lookback), ETTh1()
    rows = {split: dataset.load(split, data_folder) for split in Split}
    encoding = task.fit(Rows(rows[Split.TRAIN], dataset.channels))
    arrays = {}
    before = None
    for split in Split:
        before = arrays[split] = task.encode(encoding, Rows(rows[split], dataset.channels, before))
    baselines = {baseline.name: baseline for baseline in task.baselines()}
    errors = {
        name: score(
            task.metrics[0],
            baselines[name].predict(task, encoding, arrays[Split.TRAIN], arrays[Split.TEST]),
        )
        for name in ("repeat-last", "seasonal-naive", "linear-map")
    }
    assert errors["linear-map"] == pytest.approx(published, abs=0.005)
    assert season(arrays[Split.TRAIN]["values"].astype(float), lookback, 96) == 24
    assert errors["linear-map"] < errors["seasonal-naive"] < errors["repeat-last"]
