"""A metric: NumPy functions of columns of items, declared once and used wherever a score is computed or checked.

Scoring a run, its bootstrap interval, the pairing of two models in the verdict and the offline check of a submission
all use the one object. I items, K statistics of an item, N sums of statistics.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rnnbench.contract.arrays import Floats
    from rnnbench.contract.items import Items, Kind

Bounds = Mapping[str, tuple[float, float | str]]
"""By column, the least and the largest value; a name in place of the largest value is another column."""


def _none() -> None:
    return None


@dataclass(frozen=True)
class Metric:
    """A score of test items.

    Most metrics are functions of sums: ``statistics(items)`` gives an I x K array, and ``values(sums)`` the metric of
    each row of an N x K array, so that a bootstrap costs one matrix product. :func:`mean_metric` makes the commonest
    kind. A metric that is no function of sums, a rank correlation say, gives ``of_items(items) -> float`` in place of
    the two, and is computed anew for every resample.

    The functions belong to a module (or are ``functools.partial`` of such), since a metric is pickled for the workers.

    Raises:
        ValueError: it names no columns, or not exactly one of the two ways to compute it.
    """

    name: str
    direction: Literal["min", "max"]
    implementation: str = ""
    """``"module:Class"`` of an ``ItemMetric``: the form of rnnbench 0.1, which will go."""
    unit: str = ""
    low: float = 0.0
    """The least possible value."""
    high: float = float("inf")
    """The largest possible value."""
    ratio: bool = False
    """Whether it is averaged geometrically and compared on the log, as a perplexity is."""
    _: KW_ONLY
    columns: Mapping[str, Kind] = field(default_factory=dict, compare=False)
    """The columns of items that it reads, and their types."""
    statistics: Callable[[Items], Floats] | None = field(default=None, compare=False)
    values: Callable[[Floats], Floats] | None = field(default=None, compare=False)
    log_values: Callable[[Floats], Floats] | None = field(default=None, compare=False)
    """The logarithms of ``values``, of which a ratio metric may give either."""
    of_items: Callable[[Items], float] | None = field(default=None, compare=False)
    identifies: str | None = None
    """The column that is the task's and not the model's: runs that share it answered the same items. None: two models
    are not paired item by item, as of a metric that is a step function, which has no derivative."""
    bounds: Bounds = field(default_factory=dict, compare=False)
    """What the columns may hold, for offline checks."""
    signature: Callable[[], str | None] = field(default=_none, compare=False)
    """How it is computed, where its name does not say it all (sacreBLEU's signature)."""
    description: str = field(default="", compare=False)
    """One sentence for ``rnnbench show``."""
    sums: RatioOfSums | None = field(default=None, compare=False)
    """Set by :func:`mean_metric`: the plan states it, so that others can compute the metric without the plugin."""
    source: Mapping[str, Any] | None = field(default=None, compare=False)
    """What a run id says of it in place of its name (JSON): the content hash of an ``evaluate`` module."""

    def __post_init__(self) -> None:
        if self.implementation:
            _use_implementation(self)
        if self.values is None and self.log_values is not None:
            object.__setattr__(self, "values", partial(_exponential, self.log_values))
        of_sums = self.statistics is not None and self.values is not None
        if of_sums == (self.of_items is not None) or (self.statistics is None) != (self.values is None):
            raise ValueError(f"metric {self.name!r}: expected statistics and values, or of_items")
        if not self.implementation and not self.columns:
            raise ValueError(f"metric {self.name!r}: expected the columns that it reads")

    def value(self, items: Items) -> float:
        """The metric of all items, unchecked."""
        if self.of_items is not None:
            return float(self.of_items(items))
        return float(self.of_sums(self.per_item(items).sum(axis=0, keepdims=True))[0])

    def per_item(self, items: Items) -> Floats:
        """The I x K statistics.

        Raises:
            LookupError: it is no function of sums.
        """
        import numpy as np

        if self.statistics is None:
            raise LookupError(f"metric {self.name!r} is no function of sums over items")
        return np.asarray(self.statistics(items), dtype=np.float64)

    def of_sums(self, sums_NK: Floats) -> Floats:
        """The metric of each of N sums of statistics.

        Raises:
            LookupError: it is no function of sums.
        """
        import numpy as np

        if self.values is None:
            raise LookupError(f"metric {self.name!r} is no function of sums over items")
        return np.asarray(self.values(sums_NK), dtype=np.float64)

    def scaled(self, sums_NK: Floats) -> Floats:
        """As :meth:`of_sums`, on the scale where scores are averaged: the logarithm of a ratio metric."""
        import numpy as np

        if not self.ratio:
            return self.of_sums(sums_NK)
        return np.log(self.of_sums(sums_NK)) if self.log_values is None else np.asarray(self.log_values(sums_NK))


@dataclass(frozen=True)
class RatioOfSums:
    """``scale * sum of total / sum of count``; without ``count``, of the number of items."""

    total: str
    count: str | None = None
    scale: float = 1.0

    def statistics(self, items: Items) -> Floats:
        """Per item: its total, and its count."""
        import numpy as np

        totals_I = np.asarray(items[self.total], dtype=np.float64)
        counts_I = np.ones_like(totals_I) if self.count is None else np.asarray(items[self.count], dtype=np.float64)
        return np.stack([totals_I, counts_I], axis=1)

    def values(self, sums_NK: Floats) -> Floats:
        """The ratio of each of N sums."""
        import numpy as np

        if self.scale == 1.0:
            return np.asarray(sums_NK[:, 0] / sums_NK[:, 1])
        return np.asarray(self.scale * sums_NK[:, 0] / sums_NK[:, 1])


def mean_metric(
    name: str,
    direction: Literal["min", "max"],
    total: str,
    count: str | None = None,
    *,
    scale: float = 1.0,
    kinds: tuple[Kind, Kind] = ("float64", "int64"),
    **declared: Any,
) -> Metric:
    """A metric that is ``scale`` times the sum of one column over that of another, or over the number of items.

    Args:
        name: the metric's.
        direction: whether less or more is better.
        total: the column that is summed.
        count: the column that it is divided by; None: the number of items.
        scale: 100 for per cent.
        kinds: the types of the two columns.
        declared: any other field of :class:`Metric`.
    """
    form = RatioOfSums(total, count, scale)
    columns = dict(zip((total, count), kinds, strict=True))
    return Metric(
        name,
        direction,
        **{"identifies": count, **declared},
        columns={column: kind for column, kind in columns.items() if column is not None},
        statistics=form.statistics,
        values=form.values,
        sums=form,
    )


def _exponential(log_values: Callable[[Floats], Floats], sums_NK: Floats) -> Floats:
    import numpy as np

    with np.errstate(over="ignore"):  # infinite where it overflows
        return np.asarray(np.exp(log_values(sums_NK)))


def _use_implementation(metric: Metric) -> None:
    """Fill in the functions from the class that the form of rnnbench 0.1 names."""
    from rnnbench.contract.item_metric import Implementation
    from rnnbench.contract.version import PluginDeprecation

    message = (
        f"metric {metric.name!r}: Metric(implementation={metric.implementation!r}) is Metric(columns=..., "
        "statistics=..., values=...) since 0.2; the old form will go"
    )
    warnings.warn(message, PluginDeprecation, stacklevel=4)
    named = Implementation(metric.name, metric.implementation)
    for field_name in ("columns", "statistics", "values", "signature"):
        object.__setattr__(metric, field_name, getattr(named, field_name))
