"""From items to a metric's value and to the interval that a finite test set leaves.

One resample of the test set is one row of counts: for a metric of sums, a thousand of them are one matrix product. N is
resamples, I items, K statistics of an item.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rnnbench.contract.arrays import Floats
    from rnnbench.contract.items import Items, Kind
    from rnnbench.contract.metrics import Metric

RESAMPLES = 1000
"""Of a metric that is a function of sums."""

_CHUNK = 1 << 22  # resampling counts held at once
_FEWEST_RESAMPLES, _ITEMS_AT_ALL = 200, 1_000_000
_FEWEST_DEFINED = 0.9


def score(metric: Metric, items: Items) -> float:
    """The metric of all items; it reads the columns that it declares.

    Raises:
        ValueError: a column is missing, empty, of another length or of the wrong type.
        FloatingPointError: an item or the value is not finite.
    """
    return _finite(metric, metric.value(declared_columns(metric, items)))


def bootstrap(
    metric: Metric, items: Items, seed_generator: np.random.Generator, resamples: int | None = None
) -> tuple[float, float, float]:
    """What the finite test set leaves open: (standard deviation, 2.5 %, 97.5 %) over resamples of its items.

    Args:
        metric: a metric that is no function of sums is computed of every resample; one that is undefined counts as
            not drawn.
        items: as in :func:`score`.
        seed_generator: draws the resamples.
        resamples: how many; None: as many as :func:`resample_count` says.

    Raises:
        ValueError, FloatingPointError: as in :func:`score`; or more than a tenth of the resamples is undefined.
    """
    columns = declared_columns(metric, items)
    count = len(next(iter(columns.values())))
    parts = resampling_counts(seed_generator, count, resamples or resample_count(metric, count))
    return tuple(_finite(metric, value) for value in spread(resampled(metric, columns, parts)))  # type: ignore[return-value]


def resampled(metric: Metric, columns: Items, parts: Iterator[npt.NDArray[Any]]) -> Floats:
    """The metric of each resample, of counts a part at a time.

    Raises:
        FloatingPointError: a metric that is no function of sums is undefined of more than a tenth of them.
    """
    if metric.statistics is not None:
        statistics_IK = metric.per_item(columns)
        return np.concatenate([metric.of_sums(counts_NI @ statistics_IK) for counts_NI in parts])
    values_N = np.asarray([metric.value(_drawn(columns, counts_I)) for counts_NI in parts for counts_I in counts_NI])
    defined = np.isfinite(values_N)
    if defined.mean() < _FEWEST_DEFINED:
        raise FloatingPointError(f"metric {metric.name!r} is undefined of {1 - defined.mean():.0%} of the resamples")
    return np.asarray(values_N[defined])


def resample_count(metric: Metric, items: int) -> int:
    """1000; of a metric that is no function of sums fewer on many items, to no less than 200."""
    if metric.statistics is not None:
        return RESAMPLES
    return int(np.clip(_ITEMS_AT_ALL // max(items, 1), _FEWEST_RESAMPLES, RESAMPLES))


def resampling_counts(seed_generator: np.random.Generator, items: int, resamples: int) -> Iterator[npt.NDArray[Any]]:
    """How often each item is drawn in each resample of a bootstrap: N x I counts, some resamples at a time."""
    chances, step = np.full(items, 1 / items), max(1, _CHUNK // items)
    for first in range(0, resamples, step):
        yield seed_generator.multinomial(items, chances, size=min(step, resamples - first))


def spread(values_N: Floats) -> tuple[float, float, float]:
    """(Standard deviation, 2.5 %, 97.5 %) of resampled values."""
    low, high = np.quantile(values_N, [0.025, 0.975])
    return float(values_N.std(ddof=1)), float(low), float(high)


def declared_columns(metric: Metric, items: Items) -> dict[str, list[Any]]:
    """The columns that a metric declares, checked.

    Raises:
        ValueError, FloatingPointError: as in :func:`score`.
    """
    missing = [name for name in metric.columns if name not in items]
    if missing:
        raise ValueError(f"metric {metric.name!r}: items have no column {missing[0]!r}, only {', '.join(items)}")
    columns = {name: list(items[name]) for name in metric.columns}
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) != 1:
        raise ValueError(f"metric {metric.name!r}: columns of different lengths: {lengths}")
    if 0 in lengths.values():
        raise ValueError(f"metric {metric.name!r}: there are no items")
    for name, kind in metric.columns.items():
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


def statistics_column(metric: str, number: int) -> str:
    """The column of items that keeps one of a plugin metric's statistics."""
    return f"metric:{metric}:{number}"


def kept_statistics(metrics: Sequence[Metric], items: Items) -> dict[str, list[float]]:
    """The per-item statistics of these metrics as columns of items, for whoever checks a record without the plugin."""
    return {
        statistics_column(metric.name, number): column.tolist()
        for metric in metrics
        for number, column in enumerate(metric.per_item(declared_columns(metric, items)).T)
    }


def _drawn(columns: Mapping[str, Sequence[Any]], counts_I: npt.NDArray[Any]) -> dict[str, list[Any]]:
    """A resample: each item as often as it was drawn."""
    rows = np.repeat(np.arange(len(counts_I)), counts_I.astype(int)).tolist()
    return {name: [column[row] for row in rows] for name, column in columns.items()}


def _fits(column: list[Any], kind: Kind) -> bool:
    if kind == "string":
        return all(isinstance(value, str) for value in column)
    accepted = "iu" if kind == "int64" else "fiu"
    return np.asarray(column).dtype.kind in accepted


def _finite(metric: Metric, value: float) -> float:
    if not np.isfinite(value):
        raise FloatingPointError(f"metric {metric.name!r} is {value}: not a finite number")
    return value
