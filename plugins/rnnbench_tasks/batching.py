"""Rows of different lengths: kept end to end in flat arrays, padded batch by batch, grouped by length.

A ragged column ``name`` is two arrays: ``name``, all rows end to end, and ``name_starts``, where each row begins and
the last one ends.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnnbench import Arrays

Integers = npt.NDArray[np.int64]

_POOL = 50  # batches sorted together: lengths nearly equal inside a batch, order still nearly random


def packed(name: str, rows: Iterable[list[int]]) -> dict[str, npt.NDArray[Any]]:
    """A ragged column of token ids."""
    kept = list(rows)
    flat = np.fromiter((token for row in kept for token in row), dtype=np.int32)
    return {name: flat, f"{name}_starts": _starts(kept)}


def packed_text(name: str, texts: Iterable[str]) -> dict[str, npt.NDArray[Any]]:
    """A ragged column of UTF-8 bytes."""
    kept = [text.encode() for text in texts]
    return {name: np.frombuffer(b"".join(kept), dtype=np.uint8), f"{name}_starts": _starts(kept)}


def texts(data: Arrays, name: str) -> list[str]:
    """The rows of a column made by :func:`packed_text`."""
    flat, starts = data[name].tobytes(), data[f"{name}_starts"].tolist()
    return [flat[first:last].decode() for first, last in itertools.pairwise(starts)]


def lengths(data: Arrays, name: str) -> Integers:
    """The length of each row of a ragged column."""
    return np.diff(data[f"{name}_starts"])


def padded(data: Arrays, name: str, rows: Integers, fill: int) -> Integers:
    """These rows of a ragged column, B x T, padded on the right with ``fill``."""
    first_B, length_B = data[f"{name}_starts"][rows], lengths(data, name)[rows]
    steps_T = np.arange(length_B.max(initial=0))
    valid_BT = steps_T < length_B[:, None]
    result_BT = np.full(valid_BT.shape, fill, dtype=np.int64)
    result_BT[valid_BT] = data[name][(first_B[:, None] + steps_T)[valid_BT]]
    return result_BT


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


def shuffled(count: int, size: int, order: np.random.Generator) -> Iterator[Integers]:
    """Batches of row numbers in random order."""
    rows = order.permutation(count)
    for first in range(0, count, size):
        yield rows[first : first + size]


def sorted_by_length(length_R: Integers, size: int) -> Iterator[Integers]:
    """Batches of row numbers, the longest rows first: too large a batch fails at once."""
    rows = np.argsort(-length_R, kind="stable")
    for first in range(0, len(rows), size):
        yield rows[first : first + size]


def _starts(rows: list[Any]) -> Integers:
    return np.concatenate([[0], np.cumsum([len(row) for row in rows], dtype=np.int64)]).astype(np.int64)
