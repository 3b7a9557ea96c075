"""Rows of the adding problem: numbers, two of which are marked.

::

    numbers  .31 .84 .12 .57 .90
    marked        1           4      -> .84 + .90
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from rnnbench import Split
from rnnbench_tasks.embedded import Generated
from rnnbench_tasks.embedded.generated import DECIMALS, require

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np


class NumbersRow(NamedTuple):
    """Numbers in [0, 1], and which two of them are marked (counted from 0)."""

    numbers: tuple[float, ...]
    marked: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class MarkedNumbers(Generated):
    """``length`` uniform numbers in [0, 1] (T); any two steps are marked, each pair equally often."""

    name: ClassVar[str] = "marked-numbers"
    rows: ClassVar[type] = NumbersRow
    description: ClassVar[str] = "Sequences of uniform numbers, two of them marked"
    citation: ClassVar[str] = "Hochreiter and Schmidhuber 1997; Le, Jaitly and Hinton 2015, arXiv:1504.00941"

    train_rows: int = 20_000
    length: int = 100

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.length >= 2, "length", self.length, "at least 2")

    def load(self, split: Split, folder: Path | None) -> Sequence[Any]:
        """The rows of a split; each length has streams of its own."""
        random = self.random(split, str(self.length))
        return [self._row(random) for _ in range(self.size(split))]

    def _row(self, random: np.random.Generator) -> NumbersRow:
        numbers = random.random(self.length).round(DECIMALS)
        first, second = sorted(random.choice(self.length, 2, replace=False).tolist())
        return NumbersRow(tuple(numbers.tolist()), (first, second))
