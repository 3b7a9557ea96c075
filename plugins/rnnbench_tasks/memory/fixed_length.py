"""What the tests of memory share: rows of one length, each encoded as ``inputs`` and ``targets``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch

from rnnbench import (
    Arrays,
    Batch,
    Encoding,
    Integers,
    Role,
    Task,
    rows_in_order,
    shuffled_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, kw_only=True)
class FixedLength(Task):
    """A task on rows of T steps: ``inputs`` R x T (x C) and ``targets`` R (x T)."""

    role: ClassVar[Role] = Role.ENCODER
    block: ClassVar[str] = "a sequence"
    items_are = "rows"

    def batches(self, data: Arrays, size: int, order: np.random.Generator) -> Iterator[Batch]:
        """Shuffled rows."""
        return (_batch(data, rows) for rows in shuffled_rows(len(data["targets"]), size, order))

    def evaluation(self, data: Arrays, size: int) -> Iterator[Batch]:
        """Every row once, in order; a row is one segment, and no state is carried to the next."""
        return (_batch(data, rows) for rows in rows_in_order(len(data["targets"]), size))

    def counts(self, encoding: Encoding, data: Arrays) -> dict[str, int]:
        """Rows and the steps of each."""
        return {"rows": len(data["targets"]), "steps": data["inputs"].shape[1]}


def one_length(lengths: Iterable[int]) -> int:
    """The length that all rows have.

    Raises:
        ValueError: they have several.
    """
    found = sorted(set(lengths))
    if len(found) > 1:
        raise ValueError(f"rows should be of one length, got {found[0]} and {found[-1]} steps")
    return found[0]


def _batch(data: Arrays, rows: Integers) -> Batch:
    inputs = torch.from_numpy(data["inputs"][rows])
    targets = torch.from_numpy(data["targets"][rows])
    return Batch(inputs=inputs, targets=targets, rows=rows, positions=len(rows) * inputs.shape[1])
