"""Rows of the type that a task reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from rnnbench import Row

R = TypeVar("R")


def of_type(kind: type[R], rows: Sequence[Row]) -> list[R]:
    """The rows, each known to be of this type.

    Raises:
        TypeError: one is not.
    """
    found: list[R] = [row for row in rows if isinstance(row, kind)]
    if len(found) < len(rows):
        strange = next(row for row in rows if not isinstance(row, kind))
        raise TypeError(f"expected rows of type {kind.__name__}, got {strange!r}")
    return found
