"""Which of a user's rows are for training, validation and test: files of their own, or shares of one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from rnnbench import Split, stream

if TYPE_CHECKING:
    from collections.abc import Sequence

R = TypeVar("R")

Shares = tuple[float, float, float]


def check_files(path: object, parts: dict[str, Any], shares: Shares) -> None:
    """Either one ``path``, or a file for each split; and shares that are some.

    Raises:
        ValueError: neither is given, or both, or shares do not add up to one.
    """
    lacking = [name for name, given in parts.items() if given is None]
    if path is None and lacking:
        raise ValueError(f"{lacking[0]}: give a file for each of {', '.join(parts)}, or one path to divide by shares")
    if path is not None and len(lacking) < len(parts):
        raise ValueError(f"path: give one path, or a file for each of {', '.join(parts)}, not both")
    check_shares(shares)


def check_shares(shares: Shares) -> None:
    """Three shares above zero that add up to one.

    Raises:
        ValueError: they are not.
    """
    if min(shares) <= 0 or not math.isclose(sum(shares), 1.0, abs_tol=1e-9):
        raise ValueError(f"shares: expected three above 0 that add up to 1, got {list(shares)}")


def share(rows: Sequence[R], split: Split, shares: Shares, *, shuffled: bool = False) -> list[R]:
    """The split's share of the rows: a stretch of them, or of one order drawn once and for all.

    The order depends on the number of rows alone, never on a run's seed.
    """
    order = np.arange(len(rows))
    if shuffled:
        order = np.random.default_rng(stream("own-files", len(rows))).permutation(len(rows))
    ends = [round(len(rows) * sum(shares[:count])) for count in range(4)]
    place = list(Split).index(split)
    return [rows[number] for number in order[ends[place] : ends[place + 1]]]
