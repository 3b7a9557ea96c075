"""Laws of metrics: functions of columns of items, most of them of statistics that are summed over items.

N resamples, I items, K statistics of an item.
"""

from __future__ import annotations

import math
import pickle
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnnbench.conformance.findings import Broken, NotApplicable, law, require
from rnnbench.contract.arrays import Floats
from rnnbench.contract.batches import Columns
from rnnbench.contract.metrics import Metric
from rnnbench.metrics.scoring import bootstrap, score

_CLOSE = 1e-9
_WORDS = ("a", "b c", "b c d")


@dataclass(frozen=True)
class MetricOnItems:
    """A metric under test; without ``items``, random columns of the declared types are used."""

    metric: Metric
    items: Columns | None = None

    @cached_property
    def columns(self) -> dict[str, list[object]]:
        """The columns that it reads."""
        if self.items is not None:
            return {name: list(self.items[name]) for name in self.metric.columns}
        random = np.random.default_rng(0)
        made = {"float64": random.random(30).tolist(), "int64": random.integers(1, 9, size=30).tolist()}
        return {
            name: [str(word) for word in random.choice(_WORDS, size=30)] if kind == "string" else list(made[kind])
            for name, kind in self.metric.columns.items()
        }

    @property
    def per_item(self) -> Floats:
        """Its statistics of each item.

        Raises:
            NotApplicable: it is no function of sums.
        """
        if self.metric.statistics is None:
            raise NotApplicable("it is no function of sums over items")
        return np.asarray(self.metric.statistics(self.columns), dtype=np.float64)


@law("the declaration")
def declared(subject: MetricOnItems) -> None:
    """A metric has a name, a direction, a range, and reads named columns of known types."""
    metric = subject.metric
    require(isinstance(metric, Metric), f"expected an rnnbench.Metric, got {metric!r}")
    require(metric.direction in ("min", "max"), f"direction: expected min or max, got {metric.direction!r}")
    require(metric.low < metric.high, f"range: expected low below high, got {metric.low:g} to {metric.high:g}")
    if metric.ratio:
        require(metric.low >= 0, f"range: a ratio is compared on the log, expected low of at least 0, got {metric.low}")
    known = {"float64", "int64", "string"}
    columns = metric.columns
    require(bool(columns) and set(columns.values()) <= known, f"columns: expected types of {known}, got {columns}")
    named = {*metric.bounds, *(high for _, high in metric.bounds.values() if isinstance(high, str))}
    named |= {metric.identifies} if metric.identifies else set()
    require(named <= set(columns), f"bounds and identifies: expected columns of {', '.join(columns)}, got {named}")


@law("a copy through pickle, and its score")
def pickled(subject: MetricOnItems) -> None:
    """A metric reaches a worker as it is: its functions belong to a module."""
    try:
        copy = pickle.loads(pickle.dumps(subject.metric))  # noqa: S301  its own
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise Broken(f"expected functions of a module, got one that cannot be pickled: {error}") from error
    one, other = score(subject.metric, subject.columns), score(copy, subject.columns)
    require(one == other, f"{one:.9g} here, {other:.9g} of the copy")


@law("statistics of all items")
def item_by_item(subject: MetricOnItems) -> None:
    """There is one row of finite statistics for each item."""
    statistics_IK = subject.per_item
    count = len(next(iter(subject.columns.values())))
    sound = statistics_IK.ndim == 2 and len(statistics_IK) == count
    require(sound, f"statistics: expected {count} x K values, got shape {statistics_IK.shape}")
    require(bool(np.isfinite(statistics_IK).all()), "statistics: expected finite values")


@law("the score of all items, and of the items in the opposite order")
def order(subject: MetricOnItems) -> None:
    """The order of items does not matter."""
    backwards = {name: column[::-1] for name, column in subject.columns.items()}
    one, other = score(subject.metric, subject.columns), score(subject.metric, backwards)
    require(math.isclose(one, other, rel_tol=_CLOSE, abs_tol=_CLOSE), f"{one:.9g} forwards, {other:.9g} backwards")


@law("three sums of statistics at once, and one by one; and their logarithms")
def sums_alone(subject: MetricOnItems) -> None:
    """Each sum of statistics has its own value, whichever others stand beside it, and one logarithm."""
    statistics_IK, metric = subject.per_item, subject.metric
    random = np.random.default_rng(1)
    counts_NI = random.multinomial(len(statistics_IK), [1 / len(statistics_IK)] * len(statistics_IK), size=3)
    sums_NK = counts_NI @ statistics_IK
    together = metric.of_sums(sums_NK)
    require(together.shape == (3,), f"values of 3 sums: expected shape (3,), got {together.shape}")
    alone = [float(metric.of_sums(sums_NK[index : index + 1])[0]) for index in range(3)]
    for index, (one, other) in enumerate(zip(together.tolist(), alone, strict=True)):
        same = math.isclose(one, other, rel_tol=_CLOSE, abs_tol=_CLOSE)
        require(same, f"sum {index}: {one:.9g} beside others, {other:.9g} alone")
    scaled = np.exp(metric.scaled(sums_NK)) if metric.ratio else metric.scaled(sums_NK)
    require(bool(np.allclose(scaled, together, rtol=_CLOSE)), f"log_values: expected of {together}, got of {scaled}")


@law("the score of all items and 200 resamples of them")
def in_range(subject: MetricOnItems) -> None:
    """Scores are finite and within the declared range."""
    metric = subject.metric
    _, low, high = bootstrap(metric, subject.columns, np.random.default_rng(0), resamples=200)
    for value in (score(metric, subject.columns), low, high):
        possible = metric.low - _CLOSE <= value <= metric.high + _CLOSE
        require(possible, f"{value:.9g} is outside {metric.low:g} to {metric.high:g}")
