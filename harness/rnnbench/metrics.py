"""Scoring: from items to a metric's value and to the interval that a finite test set leaves.

Every metric is a function of statistics that are summed over items. So one resample of the test set is one row of
counts, and a thousand of them are one matrix product. N is resamples, I items, K statistics of an item.
"""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import datasets
import evaluate
import numpy as np

from rnnbench.formulas import Floats, Formula, Kind, resampling_counts, spread

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rnnbench.contract.batches import Columns
    from rnnbench.contract.metrics import Metric


class ItemMetric(evaluate.Metric, ABC):  # type: ignore[misc]  # the base is untyped
    """A metric over columns of items; ``columns`` names those that it reads and their types.

    A class made with ``formula=`` takes all of it from there: see :func:`rnnbench.find_formula`.
    """

    columns: ClassVar[Mapping[str, Kind]]

    def __init_subclass__(cls, formula: Formula | None = None) -> None:
        super().__init_subclass__()
        if formula is not None:
            cls.columns = formula.columns
            cls.statistics = staticmethod(formula.statistics)  # type: ignore[method-assign]
            cls.values = staticmethod(formula.values)  # type: ignore[method-assign]
            cls.signature = staticmethod(formula.signature)  # type: ignore[method-assign]

    @staticmethod
    @abstractmethod
    def statistics(columns: Columns, /) -> Floats:
        """One row of K statistics for each item; only their sum over items counts."""

    @staticmethod
    @abstractmethod
    def values(totals_NK: Floats, /) -> Floats:
        """The metric of each of N sums of statistics."""

    @staticmethod
    def signature() -> str | None:
        """How the score is computed, where its name does not say it all."""
        return None

    def _info(self) -> Any:
        return evaluate.MetricInfo(
            description=type(self).__doc__ or "",
            citation="",
            features=datasets.Features({name: datasets.Value(kind) for name, kind in self.columns.items()}),
        )

    def _compute(self, **columns: Any) -> dict[str, float]:
        totals_1K = self.statistics(columns).sum(axis=0, keepdims=True)
        return {self.name: float(self.values(totals_1K)[0])}


def score(metric: Metric, items: Columns, folder: Path, run_id: str) -> float:
    """The metric of all items.

    Args:
        metric: what to compute.
        items: equally long columns; the metric reads those that it declares.
        folder: where ``evaluate`` may keep its files.
        run_id: keeps runs that share a folder apart.

    Raises:
        ValueError: a column is missing, empty, of another length or of the wrong type.
        TypeError: the implementation is not an :class:`ItemMetric`.
        FloatingPointError: an item or the value is not finite.
    """
    scorer = implementation(metric)
    columns = _checked(metric, scorer, items)
    computed = scorer(keep_in_memory=True, cache_dir=str(folder), experiment_id=run_id).compute(**columns)
    (value,) = computed.values()
    return _finite(metric, float(value))


def bootstrap(
    metric: Metric, items: Columns, seed_generator: np.random.Generator, resamples: int = 1000
) -> tuple[float, float, float]:
    """What the finite test set leaves open: (standard deviation, 2.5 %, 97.5 %) over resamples of its items.

    Raises:
        ValueError, TypeError, FloatingPointError: as in :func:`score`.
    """
    scorer = implementation(metric)
    statistics_IK = scorer.statistics(_checked(metric, scorer, items))
    parts = resampling_counts(seed_generator, len(statistics_IK), resamples)
    values_N = np.concatenate([scorer.values(counts_NI @ statistics_IK) for counts_NI in parts])
    return tuple(_finite(metric, value) for value in spread(values_N))  # type: ignore[return-value]


def signature(metric: Metric) -> str | None:
    """The line that pins every setting of a score (sacreBLEU's), or None."""
    return implementation(metric).signature()


def implementation(metric: Metric) -> type[ItemMetric]:
    """The class that a declared metric names.

    Raises:
        ValueError: it cannot be imported.
        TypeError: it is not an :class:`ItemMetric`.
    """
    module, _, name = metric.implementation.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"metric {metric.name!r}: cannot import {metric.implementation!r}: {error}") from error
    if not (isinstance(found, type) and issubclass(found, ItemMetric)):
        raise TypeError(f"metric {metric.name!r}: {metric.implementation!r} is not a subclass of ItemMetric")
    return found


def _checked(metric: Metric, scorer: type[ItemMetric], items: Columns) -> dict[str, list[Any]]:
    """The declared columns. ``evaluate`` itself cuts floats to integers and scores no items as NaN, silently."""
    missing = [name for name in scorer.columns if name not in items]
    if missing:
        raise ValueError(f"metric {metric.name!r}: items have no column {missing[0]!r}, only {', '.join(items)}")
    columns = {name: list(items[name]) for name in scorer.columns}
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) != 1:
        raise ValueError(f"metric {metric.name!r}: columns of different lengths: {lengths}")
    if 0 in lengths.values():
        raise ValueError(f"metric {metric.name!r}: there are no items")
    for name, kind in scorer.columns.items():
        if not _fits(columns[name], kind):
            raise ValueError(
                f"metric {metric.name!r}: column {name!r} should hold {kind} values, got {columns[name][0]!r}, ..."
            )
        if kind == "float64" and not np.isfinite(columns[name]).all():
            first = int(np.flatnonzero(~np.isfinite(columns[name]))[0])
            raise FloatingPointError(
                f"metric {metric.name!r}: column {name!r}, item {first}: {columns[name][first]!r} is not finite"
            )
    return columns


def _fits(column: list[Any], kind: Kind) -> bool:
    if kind == "string":
        return all(isinstance(value, str) for value in column)
    accepted = "iu" if kind == "int64" else "fiu"
    return np.asarray(column).dtype.kind in accepted


def _finite(metric: Metric, value: float) -> float:
    if not np.isfinite(value):
        raise FloatingPointError(f"metric {metric.name!r} is {value}: not a finite number")
    return value
