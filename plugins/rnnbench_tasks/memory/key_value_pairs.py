"""Rows of associative recall: pairs of a key and a value, and the key that is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from rnnbench_tasks.embedded import Generated
from rnnbench_tasks.embedded.generated import require

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np

    from rnnbench import Split


class PairsRow(NamedTuple):
    """Different keys, the value of each, and the one key that is asked for; all numbered from 0."""

    keys: tuple[int, ...]
    values: tuple[int, ...]
    query: int


@dataclass(frozen=True, kw_only=True)
class KeyValuePairs(Generated):
    """``pairs`` of a letter and a digit, as it were: ``keys`` letters, ``values`` digits, all uniform."""

    name: ClassVar[str] = "key-value-pairs"
    rows: ClassVar[type] = PairsRow
    description: ClassVar[str] = "Pairs of keys and values, and a key to look up"
    citation: ClassVar[str] = "Ba et al. 2016, Using fast weights to attend to the recent past, arXiv:1610.06258"

    train_rows: int = 20_000
    pairs: int = 8
    keys: int = 26
    values: int = 10

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.values >= 2, "values", self.values, "at least 2")
        require(1 <= self.pairs <= self.keys, "pairs", self.pairs, f"1 to {self.keys}, the number of keys")

    def load(self, split: Split, folder: Path | None) -> Sequence[Any]:
        """The rows of a split; each number of pairs has streams of its own."""
        random = self.random(split, str(self.pairs))
        return [self._row(random) for _ in range(self.size(split))]

    def _row(self, random: np.random.Generator) -> PairsRow:
        keys = random.permutation(self.keys)[: self.pairs].tolist()
        values = random.integers(self.values, size=self.pairs).tolist()
        return PairsRow(tuple(keys), tuple(values), keys[int(random.integers(self.pairs))])
