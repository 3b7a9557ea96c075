"""Which rows make a batch: in order, shuffled, or grouped by length; and putting what was scored back into row order.

R rows of a split, B of a batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnnbench.contract.arrays import Integers
    from rnnbench.contract.batches import Batch, Columns

_POOL = 50  # batches sorted together: lengths nearly equal inside a batch, order still nearly random


def rows_in_order(count: int, size: int) -> Iterator[Integers]:
    """Batches of row numbers from 0 to ``count`` - 1."""
    for first in range(0, count, size):
        yield np.arange(first, min(first + size, count))


def shuffled_rows(count: int, size: int, order: np.random.Generator) -> Iterator[Integers]:
    """Batches of row numbers in random order."""
    rows = order.permutation(count)
    for first in range(0, count, size):
        yield rows[first : first + size]


def shuffled_by_length(length_R: Integers, size: int, order: np.random.Generator) -> Iterator[Integers]:
    """Batches of row numbers: shuffled rows in pools, each sorted by length and cut; the batches shuffled again."""
    rows = order.permutation(len(length_R))
    batches: list[Integers] = []
    for first in range(0, len(rows), size * _POOL):
        pool = rows[first : first + size * _POOL]
        pool = pool[np.argsort(length_R[pool], kind="stable")]
        batches.extend(pool[cut : cut + size] for cut in range(0, len(pool), size))
    for index in order.permutation(len(batches)):
        yield batches[index]


def sorted_by_length(length_R: Integers, size: int) -> Iterator[Integers]:
    """Batches of row numbers, the longest rows first: too large a batch fails at once."""
    rows = np.argsort(-length_R, kind="stable")
    for first in range(0, len(rows), size):
        yield rows[first : first + size]


def scored_by_row(scored: Iterable[tuple[Batch, Columns]], count: int, *names: str) -> tuple[npt.NDArray[Any], ...]:
    """Columns of what an output type scored, each as one array in row order.

    Args:
        scored: batches, and the columns scored of each, with one entry a row of the batch: an array of one shape in
            all batches, or a list, which becomes an array of objects.
        count: how many rows the split has.
        names: the columns.

    Raises:
        ValueError: not every row was scored exactly once.
    """
    rows, parts = [np.empty(0, dtype=np.int64)], []
    for batch, columns in scored:
        rows.append(batch.rows)
        parts.append([_as_array(columns[name]) for name in names])
    seen = np.concatenate(rows)
    _check_times(np.bincount(seen, minlength=count))
    order = np.argsort(seen)
    return tuple(np.concatenate(column)[order] for column in zip(*parts, strict=True))


def scored_by_step(
    scored: Iterable[tuple[Batch, Columns]], starts: Integers, *names: str
) -> tuple[npt.NDArray[Any], ...]:
    """Columns that an output type scored step by step, each as one flat array: all rows end to end, without padding.

    Args:
        scored: batches, and the columns scored of each, B x T.
        starts: where each row begins in the flat array and the last one ends, as in a ragged column.
        names: the columns.

    Raises:
        ValueError: not every row was scored exactly once.
    """
    times = np.zeros(len(starts) - 1, dtype=np.int64)
    flat: dict[str, npt.NDArray[Any]] = {}
    for batch, columns in scored:
        for place, row in enumerate(batch.rows):
            times[row] += 1
            first, last = starts[row], starts[row + 1]
            for name in names:
                steps = np.asarray(columns[name][place])[: last - first]
                flat.setdefault(name, np.empty(starts[-1], dtype=steps.dtype))[first:last] = steps
    _check_times(times)
    return tuple(flat[name] for name in names)


def _as_array(column: Any) -> npt.NDArray[Any]:
    return column if isinstance(column, np.ndarray) else np.fromiter(column, dtype=object, count=len(column))


def _check_times(times_R: Integers) -> None:
    """Raise ValueError unless every row was scored once."""
    missing, repeated = int((times_R == 0).sum()), int((times_R > 1).sum())
    if missing:
        raise ValueError(f"{missing} of {len(times_R)} rows were not scored")
    if repeated:
        raise ValueError(f"{repeated} of {len(times_R)} rows were scored more than once")
