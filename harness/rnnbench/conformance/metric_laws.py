"""Laws of metrics: functions of statistics that are summed over items.

N resamples, I items, K statistics of an item.
"""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from rnnbench.conformance.findings import law, require
from rnnbench.contract.batches import Columns
from rnnbench.contract.metrics import Metric
from rnnbench.metrics import ItemMetric, bootstrap, implementation, score

_CLOSE = 1e-9
_WORDS = ("a", "b c", "b c d")


@dataclass(frozen=True)
class MetricOnItems:
    """What the laws of metrics are about; without ``items``, columns of the declared types are made up."""

    metric: Metric
    items: Columns | None = None

    @cached_property
    def scorer(self) -> type[ItemMetric]:
        """The class that computes it."""
        return implementation(self.metric)

    @cached_property
    def columns(self) -> dict[str, list[object]]:
        """The columns that it reads."""
        if self.items is not None:
            return {name: list(self.items[name]) for name in self.scorer.columns}
        random = np.random.default_rng(0)
        made = {"float64": random.random(30).tolist(), "int64": random.integers(1, 9, size=30).tolist()}
        return {
            name: [str(word) for word in random.choice(_WORDS, size=30)] if kind == "string" else list(made[kind])
            for name, kind in self.scorer.columns.items()
        }

    def value(self, columns: Columns) -> float:
        """The score."""
        with tempfile.TemporaryDirectory() as folder:
            return score(self.metric, columns, Path(folder), "check")


@law("the declaration, and its implementation imported")
def declared(subject: MetricOnItems) -> None:
    """A metric has a name, a direction, a range, and an implementation that reads named columns."""
    metric = subject.metric
    require(isinstance(metric, Metric), f"expected an rnnbench.Metric, got {metric!r}")
    require(metric.direction in ("min", "max"), f"direction: expected min or max, got {metric.direction!r}")
    require(metric.low < metric.high, f"range: expected low below high, got {metric.low:g} to {metric.high:g}")
    if metric.ratio:
        require(metric.low >= 0, f"range: a ratio is compared on the log, expected low of at least 0, got {metric.low}")
    known = {"float64", "int64", "string"}
    columns = subject.scorer.columns
    require(bool(columns) and set(columns.values()) <= known, f"columns: expected types of {known}, got {columns}")


@law("statistics of all items")
def item_by_item(subject: MetricOnItems) -> None:
    """There is one row of finite statistics for each item."""
    statistics_IK = np.asarray(subject.scorer.statistics(subject.columns))
    count = len(next(iter(subject.columns.values())))
    sound = statistics_IK.ndim == 2 and len(statistics_IK) == count
    require(sound, f"statistics: expected {count} x K values, got shape {statistics_IK.shape}")
    require(bool(np.isfinite(statistics_IK).all()), "statistics: expected finite values")


@law("the score of all items, and of the items in the opposite order")
def order(subject: MetricOnItems) -> None:
    """The order of items does not matter."""
    backwards = {name: column[::-1] for name, column in subject.columns.items()}
    one, other = subject.value(subject.columns), subject.value(backwards)
    require(math.isclose(one, other, rel_tol=_CLOSE, abs_tol=_CLOSE), f"{one:.9g} forwards, {other:.9g} backwards")


@law("three sums of statistics at once, and one by one")
def sums_alone(subject: MetricOnItems) -> None:
    """Each sum of statistics has its own value, whichever others stand beside it."""
    statistics_IK = np.asarray(subject.scorer.statistics(subject.columns), dtype=np.float64)
    random = np.random.default_rng(1)
    counts_NI = random.multinomial(len(statistics_IK), [1 / len(statistics_IK)] * len(statistics_IK), size=3)
    totals_NK = counts_NI @ statistics_IK
    together = np.asarray(subject.scorer.values(totals_NK))
    require(together.shape == (3,), f"values of 3 sums: expected shape (3,), got {together.shape}")
    alone = [float(subject.scorer.values(totals_NK[index : index + 1])[0]) for index in range(3)]
    for index, (one, other) in enumerate(zip(together.tolist(), alone, strict=True)):
        same = math.isclose(one, other, rel_tol=_CLOSE, abs_tol=_CLOSE)
        require(same, f"sum {index}: {one:.9g} beside others, {other:.9g} alone")


@law("the score of all items and 200 resamples of them")
def in_range(subject: MetricOnItems) -> None:
    """Scores are finite and within the declared range."""
    metric = subject.metric
    _, low, high = bootstrap(metric, subject.columns, np.random.default_rng(0), resamples=200)
    for value in (subject.value(subject.columns), low, high):
        possible = metric.low - _CLOSE <= value <= metric.high + _CLOSE
        require(possible, f"{value:.9g} is outside {metric.low:g} to {metric.high:g}")
