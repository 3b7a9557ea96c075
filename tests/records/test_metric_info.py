"""What a plan says of a metric: direction, scale and range, each asked of it in one place."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from rnnbench.contract.metrics import mean_metric
from rnnbench.plan.plan_file import _metric_info
from rnnbench.records.schema import MetricInfo, metric_range

ACCURACY = MetricInfo(name="accuracy", direction="max", unit="%")
MSE = MetricInfo(name="mse", direction="min")
PERPLEXITY = MetricInfo(name="perplexity", direction="min", ratio=True)
SPEEDUP = MetricInfo(name="speedup", direction="max", ratio=True)


@pytest.mark.parametrize(
    ("metric", "score", "reference", "loss"),
    [(ACCURACY, 80, 82, 2), (MSE, 3, 2, 1), (PERPLEXITY, 11, 10, 0.1), (SPEEDUP, 10, 11, 0.1), (MSE, 2, 3, -1)],
)
def test_a_loss_is_how_much_worse_a_score_is(metric, score, reference, loss):
    assert metric.loss(score, reference) == pytest.approx(loss)
    assert metric.is_better(reference, score) == (loss > 0)
    on_scale = metric.as_loss(metric.to_scale(score) - metric.to_scale(reference))
    assert metric.loss_from_scale(on_scale) == pytest.approx(loss)
    assert metric.loss_to_scale(loss) == pytest.approx(on_scale)
    assert metric.from_scale(metric.to_scale(score)) == pytest.approx(score)


def test_no_loss_and_no_score_overflows():
    assert math.isfinite(PERPLEXITY.from_scale(1e9))
    assert math.isfinite(PERPLEXITY.loss_from_scale(1e9))
    assert math.isfinite(PERPLEXITY.loss(1e99, 1e-300))


def test_a_plan_states_the_range_of_a_metric_and_an_infinite_bound_is_none():
    assert metric_range(_metric_info(mean_metric("own", "max", "error", low=-1.0, high=1.0), asked=False)) == (
        -1.0,
        1.0,
    )
    half_open = _metric_info(mean_metric("own", "min", "error"), asked=False)
    assert (half_open.low, half_open.high) == (0.0, None)
    assert metric_range(half_open) == (0.0, math.inf)


def test_older_plans_state_no_range_and_the_built_in_metrics_own_counts():
    older = MetricInfo.model_validate_json('{"name": "accuracy", "direction": "max", "unit": "%", "ratio": false}')
    assert metric_range(older) == (0.0, 100.0)
    assert metric_range(MetricInfo(name="a-plugins-own", direction="max")) == (-math.inf, math.inf)
    assert MetricInfo.model_validate_json(older.model_dump_json()) == older
    assert "low" not in older.model_dump_json()


def test_the_table_of_ranges_is_what_the_built_in_metrics_declare():
    from rnnbench.metrics import BUILT_IN

    for metric in BUILT_IN:
        older = MetricInfo(name=metric.name, direction=metric.direction, unit=metric.unit, ratio=metric.ratio)
        assert metric_range(older) == (metric.low, metric.high), metric.name


def test_an_empty_range_is_refused():
    with pytest.raises(ValidationError, match="range should not be empty, got 1 to 0"):
        MetricInfo(name="own", direction="max", low=1.0, high=0.0)
