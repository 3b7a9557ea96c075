"""Forecasting: scale, windows, blocks."""

import numpy as np
import pytest
import torch

from rnnbench import Dataset, Observation, Rows, Split
from rnnbench.metrics.scoring import score
from rnnbench_tasks.forecasting import Forecasting


def series(values):
    return [Observation(str(time), (float(value),)) for time, value in enumerate(values)]


def test_channels_are_standardised_by_the_training_rows(make):
    case = make["forecasting"]()
    training = case.arrays[Split.TRAIN]["values"]
    np.testing.assert_allclose(training.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(training.std(axis=0), 1, atol=1e-6)
    raw = np.asarray([row.values for row in case.rows[Split.TEST]])
    np.testing.assert_allclose(
        case.test["values"][8:] * case.encoding["deviation"] + case.encoding["mean"], raw, atol=1e-5
    )


def test_a_constant_channel_is_left_at_zero():
    task = Forecasting(lookback=2, horizon=1)
    encoding = task.fit(Rows(series([3, 3, 3, 3]), ("x",)))
    assert task.encode(encoding, Rows(series([3, 3, 5])))["values"].tolist() == [[0], [0], [2]]


def test_test_windows_reach_back_but_score_each_test_row_alone(make):
    case = make["forecasting"]()
    batches = list(case.task.evaluation(case.test, 7))
    inputs, targets = (torch.cat([getattr(b, name) for b in batches]) for name in ("inputs", "targets"))
    own = case.test["values"][8:]
    assert len(targets) == len(own) - 6 + 1
    assert np.array_equal(targets[0].numpy(), own[:6])
    assert np.array_equal(targets[-1].numpy(), own[-6:])
    assert np.array_equal(inputs[0].numpy(), case.arrays[Split.VALIDATION]["values"][-8:])


def test_one_channel_can_be_chosen(make):
    case = make["forecasting"](channels=("oil",))
    assert case.task.counts(case.encoding, case.test) == {"rows": 90, "windows": 85, "channels": 1}
    assert case.encoding["columns"] == [1]


def test_an_unknown_channel_is_named_with_the_nearest():
    with pytest.raises(ValueError, match=r"no column 'oils' \(did you mean 'oil'\?\), only load, oil"):
        Forecasting(channels=("oils",)).fit(Rows(series([1, 2]), ("load", "oil")))


def test_too_short_a_split_is_refused():
    task = Forecasting(lookback=4, horizon=3)
    encoding = task.fit(Rows(series(range(9)), ("x",)))
    with pytest.raises(ValueError, match="lookback 4 and horizon 3 does not fit 6 rows"):
        task.encode(encoding, Rows(series(range(6))))


def test_repeat_last_and_the_mean_against_a_literal_loop(make):
    case = make["forecasting"]()
    values = case.test["values"].astype(float)
    starts = range(len(values) - 14 + 1)
    repeat = np.mean([(values[s + 8 : s + 14] - values[s + 7]) ** 2 for s in starts])
    absolute = np.mean([abs(values[s + 8 : s + 14] - values[s + 7]) for s in starts])
    mean = np.mean([values[s + 8 : s + 14] ** 2 for s in starts])
    baseline, *_ = case.task.baselines()
    items = baseline.predict(case.task, case.encoding, case.arrays[Split.TRAIN], case.test)
    mse, mae = case.task.metrics
    assert score(mse, items) == pytest.approx(repeat, rel=1e-12)
    assert score(mae, items) == pytest.approx(absolute, rel=1e-12)
    assert case.task.chance(case.encoding, case.test) == pytest.approx(mean, rel=1e-12)


def test_blocks_are_at_least_a_window_long(make):
    case = make["forecasting"]()
    assert case.items(case.erring, 5)["count"] == [14 * 12] * 6 + [12]  # 85 windows, 6 steps of 2 channels each


class Line(Dataset):
    """Forecasts a straight line, which its series is."""

    name, rows, description, licence = "line", Observation, "A straight line.", "none"

    def load(self, split, folder):
        raise AssertionError("only asked for its forecasts")

    def forecast(self, series_TC, origins_N, lookback, horizon):
        steps = np.arange(1, horizon + 1)[:, None]
        last_NC, slope_NC = series_TC[origins_N - 1], series_TC[origins_N - 1] - series_TC[origins_N - 2]
        return last_NC[:, None] + slope_NC[:, None] * steps, True


def test_the_optimum_is_the_generators_forecast_in_standardised_units():
    task = Forecasting(lookback=4, horizon=3)
    encoding = task.fit(Rows(series(range(20)), ("x",)))
    bent = [*range(20, 30), 130]  # no line foresees the last value
    training = task.encode(encoding, Rows(series(range(20))))
    test = task.encode(encoding, Rows(series(bent), before=training))
    deviation = np.arange(20).std()
    windows = 11 - 3 + 1
    assert task.knows_optimum(Line())
    assert task.optimum(Line(), encoding, series(bent), test) == {
        "mse": pytest.approx((100 / deviation) ** 2 / (windows * 3), rel=1e-4)
    }
    assert not Forecasting(channels=("x",)).knows_optimum(Line())
