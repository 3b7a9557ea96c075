"""What the tests of memory share: rows of one length, each encoded as ``inputs`` and ``targets``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
import torch

from rnnbench import Arrays, Batch, Columns, Encoding, Role, Task

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class FixedLength(Task):
    """A task on rows of T steps: ``inputs`` R x T (x C) and ``targets`` R (x T)."""

    role: ClassVar[Role] = Role.ENCODER
    block: ClassVar[str] = "a sequence"

    def batches(self, data: Arrays, size: int, order: np.random.Generator) -> Iterator[Batch]:
        """Shuffled rows."""
        return _cut(data, order.permutation(len(data["targets"])), size)

    def evaluation(self, data: Arrays, size: int, window: int | None = None) -> Iterator[Batch]:  # noqa: ARG002
        """Every row once, in order; a row is one segment, and no state is carried to the next."""
        return _cut(data, np.arange(len(data["targets"])), size)

    def counts(self, encoding: Encoding, data: Arrays) -> dict[str, int]:  # noqa: ARG002
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


def in_row_order(data: Arrays, scored: Iterable[tuple[Batch, Columns]], name: str) -> npt.NDArray[Any]:
    """A column of what was scored, by row.

    Raises:
        ValueError: some rows were not scored.
    """
    rows, columns = [], []
    for batch, scores in scored:
        rows.append(batch.rows)
        columns.append(np.asarray(scores[name]))
    seen = np.concatenate(rows) if rows else np.empty(0, dtype=np.int64)
    missing = len(data["targets"]) - len(seen)
    if missing:
        raise ValueError(f"{missing} of {len(data['targets'])} sequences were not scored")
    return np.concatenate(columns)[np.argsort(seen)]


def _cut(data: Arrays, rows: Integers, size: int) -> Iterator[Batch]:
    for first in range(0, len(rows), size):
        some = rows[first : first + size]
        inputs = torch.from_numpy(data["inputs"][some])
        yield Batch(
            inputs=inputs,
            targets=torch.from_numpy(data["targets"][some]),
            rows=some,
            positions=len(some) * inputs.shape[1],
        )
