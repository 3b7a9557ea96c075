"""Rows of the copy memory problem: symbols, and how long they must be kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from rnnbench_tasks.embedded import Generated
from rnnbench_tasks.embedded.generated import require

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rnnbench import Split


class SymbolsRow(NamedTuple):
    """Symbols, numbered from 0, and how many steps lie between the last of them and the first that is asked back."""

    symbols: tuple[int, ...]
    delay: int


@dataclass(frozen=True, kw_only=True)
class DelayedSymbols(Generated):
    """Uniform symbols, ``count`` of them a row out of an ``alphabet``, to be kept for a ``delay`` (T)."""

    name: ClassVar[str] = "delayed-symbols"
    rows: ClassVar[type] = SymbolsRow
    description: ClassVar[str] = "Random symbols to be reproduced after a delay"
    citation: ClassVar[str] = "Hochreiter and Schmidhuber 1997; Arjovsky, Shah and Bengio 2016, arXiv:1511.06464"

    train_rows: int = 20_000
    delay: int = 100
    count: int = 10
    alphabet: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        for field, least in (("delay", 1), ("count", 1), ("alphabet", 2)):
            require(getattr(self, field) >= least, field, getattr(self, field), f"at least {least}")

    def load(self, split: Split, folder: Path | None) -> Sequence[Any]:
        """The rows of a split: of one ``count`` and ``alphabet`` the same symbols at every delay."""
        symbols = self.random(split).integers(self.alphabet, size=(self.size(split), self.count))
        return [SymbolsRow(tuple(row), self.delay) for row in symbols.tolist()]
