"""Embedded series: the generators' own forecasts against brute force, and against rivals that must not beat them."""

import itertools

import numpy as np
import pytest

from rnnbench_tasks.embedded import Chaotic, RegimeSwitching, StateSpace, chaotic, regime_switching, state_space

LOOKBACK, HORIZON = 48, 24
every = pytest.mark.parametrize("kind", [StateSpace, RegimeSwitching, Chaotic], ids=lambda kind: kind.name)
from_the_past = pytest.mark.parametrize("kind", [StateSpace, RegimeSwitching], ids=lambda kind: kind.name)


def origins_of_the_test(dataset):
    return np.arange(dataset.train_rows + dataset.validation_rows, dataset.steps - HORIZON + 1)


def futures(series, origins):
    return series[origins[:, None] + np.arange(HORIZON)]


def pasts(series, origins):
    return series[origins[:, None] + np.arange(-LOOKBACK, 0)]


def ridge(series, train, origins):
    """A linear map of the window, fitted on the training stretch."""

    def design(at):
        window = (pasts(series, at) - series[:train].mean(0)) / series[:train].std(0)
        return np.c_[np.ones(len(at)), window.reshape(len(at), -1)]

    fit = np.arange(LOOKBACK, train - HORIZON)
    inputs, targets = design(fit), futures(series, fit).reshape(len(fit), -1)
    weights = np.linalg.solve(inputs.T @ inputs + 10 * np.eye(inputs.shape[1]), inputs.T @ targets)
    return (design(origins) @ weights).reshape(len(origins), HORIZON, -1)


@every
def test_the_generators_forecast_beats_simple_ones(kind):
    dataset = kind()
    series, origins = dataset.series(), origins_of_the_test(dataset)
    scale, truth = series[: dataset.train_rows].std(0), futures(series, origins)

    def error(forecast):
        return np.mean(((forecast - truth) / scale) ** 2)

    forecast, exact = dataset.forecast(series, origins, LOOKBACK, HORIZON)
    assert forecast.shape == truth.shape
    assert exact == (kind is StateSpace)
    repeat_last = error(series[origins - 1][:, None])
    mean = error(series[: dataset.train_rows].mean(0))
    linear = error(ridge(series, dataset.train_rows, origins))
    assert error(forecast) < linear < min(repeat_last, mean)


@from_the_past
def test_forecasts_do_not_see_what_they_forecast(kind):
    dataset = kind(train_rows=300, validation_rows=1, test_rows=1)
    series, origins = dataset.series(), np.array([100, 150])
    seen, _ = dataset.forecast(series, origins, LOOKBACK, HORIZON)
    changed = series.copy()
    changed[150:] += 5
    assert np.array_equal(dataset.forecast(changed, origins, LOOKBACK, HORIZON)[0], seen)
    changed[149] += 5
    assert not np.allclose(dataset.forecast(changed, origins, LOOKBACK, HORIZON)[0][1], seen[1])


@every
def test_a_stretch_of_the_series_gives_the_same_forecasts(kind):
    dataset = kind()
    series, origins = dataset.series(), origins_of_the_test(dataset)[300:400]
    whole, _ = dataset.forecast(series, origins, LOOKBACK, HORIZON)
    start = origins[0] - 300
    stretch, _ = dataset.forecast(series[start:], origins - start, LOOKBACK, HORIZON)
    assert np.allclose(stretch, whole, atol=1e-6)


@every
def origins_of_the_test_without_a_whole_lookback_are_refused(kind):
    series = kind().series()
    with pytest.raises(ValueError, match=r"origins 47 to 60: expected 48 \(the lookback\) to 9000 \(the end\)"):
        kind().forecast(series, np.array([47, 60]), LOOKBACK, HORIZON)
    with pytest.raises(ValueError, match="lookback 0: expected at least 1"):
        kind().forecast(series, np.array([60]), 0, HORIZON)


# The state space


@pytest.mark.parametrize("lookback", [1, 2, 7])
def test_the_kalman_filter_gives_the_mean_of_the_joint_gaussian(lookback):
    """Condition the joint Gaussian of all observations of a window and its future, written out in full."""
    dataset, horizon = StateSpace(persistence=0.9, noise=0.5), 4
    G, A, R = state_space.LOADINGS, dataset.transition(), np.diag(dataset.noise_variance())
    steps = lookback + horizon
    joint = np.zeros((steps, 3, steps, 3))
    for later, earlier in itertools.product(range(steps), repeat=2):
        if later >= earlier:
            block = G @ np.linalg.matrix_power(A, later - earlier) @ G.T + (R if later == earlier else 0)
            joint[later, :, earlier], joint[earlier, :, later] = block, block.T
    joint = joint.reshape(3 * steps, 3 * steps)
    past, future = np.split(np.arange(3 * steps), [3 * lookback])
    history = dataset.series()[: 5 * lookback].reshape(5, lookback, 3)
    deviations = (history - state_space.LEVEL).reshape(5, -1)
    weights = np.linalg.solve(joint[np.ix_(past, past)], joint[np.ix_(past, future)])
    expected = state_space.LEVEL + (deviations @ weights).reshape(5, horizon, 3)
    assert np.allclose(dataset.predict(history, horizon), expected, atol=1e-9)


def test_the_series_has_the_stationary_moments():
    dataset = StateSpace(train_rows=100_000)
    series = dataset.series()
    variance = np.diag(state_space.LOADINGS @ state_space.LOADINGS.T) + dataset.noise_variance()
    assert np.allclose(series.var(0), variance, rtol=0.1)
    assert np.allclose((series.mean(0) - state_space.LEVEL) / np.sqrt(variance), 0, atol=0.15)
    A, next_series = dataset.transition(), series[1:] - state_space.LEVEL
    lagged = next_series.T @ (series[:-1] - state_space.LEVEL) / len(next_series)
    expected = state_space.LOADINGS @ A @ state_space.LOADINGS.T
    scale = np.sqrt(np.outer(variance, variance))
    assert np.allclose(lagged / scale, expected / scale, atol=0.1)


def test_a_longer_lookback_helps_and_other_parameters_hurt():
    dataset = StateSpace(train_rows=20_000)
    series = dataset.series()
    origins = np.arange(64, dataset.steps - HORIZON)
    truth, scale = futures(series, origins), series.std(0)

    def error(predictor, lookback):
        return np.mean(((predictor.forecast(series, origins, lookback, HORIZON)[0] - truth) / scale) ** 2)

    errors = [error(dataset, lookback) for lookback in (1, 4, 16, 64)]
    assert errors == sorted(errors, reverse=True)
    rivals = [{"persistence": 0.95}, {"noise": 0.6}, {"noise": 0.1}, {"periods": (9.5, 26.0)}, {"periods": (9.0, 28.0)}]
    assert min(error(StateSpace(**rival), 16) for rival in rivals) > errors[2]


# Regime switching


def test_the_filter_and_the_forecast_agree_with_all_paths_of_regimes():
    """Sum over every path of regimes of a short series and its future."""
    dataset = RegimeSwitching(persistence=0.8)
    series, horizon, steps = dataset.series()[50:55], 3, 5
    P = dataset.transition()
    c, phi, sigma = regime_switching.CONSTANTS, regime_switching.COEFFICIENTS, regime_switching.SPREADS
    weights, means, last = [], [], []
    for path in itertools.product(range(3), repeat=steps + horizon):
        weight = 1 / 3
        for before, now in itertools.pairwise(path):
            weight *= P[before, now]
        for step in range(1, steps):
            k = path[step]
            error = series[step] - c[k] - phi[k] @ series[step - 1]
            weight *= np.exp(-error @ error / (2 * sigma[k] ** 2)) / sigma[k] ** 2
        value, forecast = series[-1], []
        for k in path[steps:]:
            value = c[k] + phi[k] @ value
            forecast.append(value)
        weights.append(weight)
        means.append(forecast)
        last.append(path[steps - 1])
    weights = np.array(weights) / np.sum(weights)
    expected = np.einsum("p,phc->hc", weights, np.array(means))
    assert np.allclose(dataset.predict_from(series, np.array([steps]), horizon)[0], expected, atol=1e-9)
    assert np.allclose(dataset.filter(series)[-1], np.bincount(last, weights), atol=1e-9)


def test_regimes_are_visited_and_mostly_recognised():
    dataset = RegimeSwitching(train_rows=20_000)
    filtered = dataset.filter(dataset.series())
    assert np.allclose(filtered.sum(1), 1)
    assert np.allclose(filtered.mean(0), 1 / 3, atol=0.08)
    assert filtered.max(1).mean() > 0.85
    assert RegimeSwitching(persistence=0.5).filter(dataset.series()).max(1).mean() < filtered.max(1).mean()


def test_the_filter_with_another_persistence_forecasts_worse():
    dataset = RegimeSwitching(train_rows=10_000)
    series = dataset.series()
    origins = np.arange(100, dataset.steps - HORIZON)

    def error(predictor):
        return np.mean((predictor.predict_from(series, origins, HORIZON) - futures(series, origins)) ** 2)

    assert error(dataset) < min(error(RegimeSwitching(persistence=p)) for p in (0.9, 0.999))


# Chaos


def test_the_signal_solves_the_delay_equation():
    """Against a literal form of the Euler steps, and in the limit: the slope is what the equation says."""
    dataset = Chaotic(train_rows=50, validation_rows=1, test_rows=1)
    start = 0.5 + dataset.random("start").random()
    path = [start] * 171
    while len(path) < 171 + (chaotic.BURN_IN + 52) * 20:
        delayed = path[-171]
        path.append(path[-1] + 0.1 * (0.2 * delayed / (1 + delayed**10) - 0.1 * path[-1]))
    literal = np.array(path[171 + chaotic.BURN_IN * 20 :: 20])
    assert np.allclose(dataset.signal()[:, 0], literal, atol=1e-3)


def test_what_is_left_of_the_forecast_is_the_observation_noise():
    dataset = Chaotic()
    series, origins = dataset.series(), origins_of_the_test(dataset)
    forecast, _ = dataset.forecast(series, origins, LOOKBACK, HORIZON)
    assert np.mean((forecast - futures(series, origins)) ** 2) == pytest.approx(dataset.noise**2, rel=0.1)


def test_nearby_starts_drift_apart():
    """Chaos: a difference of a millionth grows to the size of the signal, and not at once."""

    class Nearby(Chaotic):
        def random(self, *purpose):
            generator = super().random(*purpose)
            return _Shifted(generator) if purpose == ("start",) else generator

    distance = np.abs(Chaotic().signal() - Nearby().signal())[:, 0]
    assert distance[:20].max() < 0.02
    assert distance[-1000:].max() > 0.3


class _Shifted:
    def __init__(self, generator):
        self.generator = generator

    def random(self):
        return self.generator.random() + 1e-9


def test_a_series_of_another_origin_is_refused():
    foreign = Chaotic(pilot=True).series()
    with pytest.raises(ValueError, match="no stretch of the dataset's own series"):
        Chaotic().forecast(foreign, np.array([100]), LOOKBACK, HORIZON)


def test_a_forecast_beyond_the_series_is_refused():
    dataset = Chaotic()
    with pytest.raises(ValueError, match="forecasts up to step 9004: expected less than 9000"):
        dataset.forecast(dataset.series(), np.array([dataset.steps - 19]), LOOKBACK, HORIZON)
