"""Ragged columns: rows of different lengths as flat arrays, and padded to one length where a batch needs them.

A ragged column ``name`` is two arrays of a split: ``name``, all rows end to end, and ``name_starts``, where each row
begins and the last one ends. B rows of a batch, T steps.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnnbench.contract.arrays import Integers
    from rnnbench.contract.batches import Arrays


def pack_tokens(name: str, rows: Iterable[list[int]]) -> dict[str, npt.NDArray[Any]]:
    """A ragged column of token ids, int32."""
    kept = list(rows)
    flat = np.fromiter((token for row in kept for token in row), dtype=np.int32)
    return {name: flat, f"{name}_starts": _starts(kept)}


def pack_texts(name: str, texts: Iterable[str]) -> dict[str, npt.NDArray[Any]]:
    """A ragged column of UTF-8 bytes."""
    kept = [text.encode() for text in texts]
    return {name: np.frombuffer(b"".join(kept), dtype=np.uint8), f"{name}_starts": _starts(kept)}


def unpack_texts(data: Arrays, name: str) -> list[str]:
    """The rows of a column made by :func:`pack_texts`."""
    flat, starts = data[name].tobytes(), data[f"{name}_starts"].tolist()
    return [flat[first:last].decode() for first, last in itertools.pairwise(starts)]


def row_lengths(data: Arrays, name: str) -> Integers:
    """The length of each row of a ragged column."""
    return np.diff(data[f"{name}_starts"])


def pad_rows(data: Arrays, name: str, rows: Integers, fill: int = 0) -> Integers:
    """These rows of a ragged column, B x T (int64), padded on the right with ``fill``."""
    first_B, length_B = data[f"{name}_starts"][rows], row_lengths(data, name)[rows]
    steps_T = np.arange(length_B.max(initial=0))
    valid_BT = steps_T < length_B[:, None]
    result_BT = np.full(valid_BT.shape, fill, dtype=np.int64)
    result_BT[valid_BT] = data[name][(first_B[:, None] + steps_T)[valid_BT]]
    return result_BT


def _starts(rows: list[Any]) -> Integers:
    return np.concatenate([[0], np.cumsum([len(row) for row in rows], dtype=np.int64)]).astype(np.int64)
