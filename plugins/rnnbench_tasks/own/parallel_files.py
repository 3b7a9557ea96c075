"""The user's own translations: two files line by line, or two columns of a table.

::

    dataset: {name: parallel-files, fields: {path: [manual.en, manual.fi]}}
    dataset: {name: parallel-files, fields: {path: [memory.tsv], source: english, target: finnish}}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench import Row, SentencePair, Split, normalised
from rnnbench_tasks.own.files import Own
from rnnbench_tasks.own.reading import TABLES, is_table, read_lines, read_table
from rnnbench_tasks.own.splits import Shares, check_files, share
from rnnbench_tasks.own.unusable import Unusable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Files = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ParallelFiles(Own):
    """A sentence and its translation a row.

    Attributes:
        train: source file and target file of the training pairs, or one table; likewise ``validation`` and ``test``.
        path: or the same for all three splits.
        shares: of the pairs of ``path``, for training, validation and test.
        shuffle: divide ``path`` in an order drawn once and for all; without it, in the order of the file.
        source: the name of a table's column of sentences.
        target: the name of a table's column of translations.
    """

    name = "parallel-files"
    rows = SentencePair
    description = "your own translations, two files line by line or two columns of a table"

    train: Files | None = None
    validation: Files | None = None
    test: Files | None = None
    path: Files | None = None
    shares: Shares = (0.8, 0.1, 0.1)
    shuffle: bool = True
    source: str = "source"
    target: str = "target"

    def __post_init__(self) -> None:
        check_files(self.path, self._parts(), self.shares)
        for field, names in {"path": self.path, **self._parts()}.items():
            if names is not None and len(names) != (1 if names and is_table(names[0]) else 2):
                what = f"expected two files of lines, or one table that ends in {', '.join(TABLES)}"
                raise ValueError(f"{field}: got {list(names)}, {what}")

    def load(self, split: Split, folder: Path | None) -> Sequence[Row]:
        """The pairs of a split.

        Raises:
            DataMissing: there is no such file, the sides differ in length, or one of a pair is empty.
        """
        paths = self.paths(split, folder)
        pairs = self._of_files(*paths) if len(paths) == 2 else self._of_table(*paths)
        return pairs if self.path is None else share(pairs, split, self.shares, shuffled=self.shuffle)

    def names(self, split: Split) -> Files:
        """Two files, or a table."""
        return self.path or self._parts()[split] or ()

    def _of_files(self, source: Path, target: Path) -> list[SentencePair]:
        lines = {path: read_lines(path) for path in (source, target)}
        counts = {path: len(of_path) for path, of_path in lines.items()}
        if counts[source] != counts[target]:
            raise Unusable(
                target,
                min(counts.values()) + 1,
                f"{counts[target]} lines, expected {counts[source]} as in {source}; line n translates line n",
            )
        for path, of_path in lines.items():
            for number, line in enumerate(of_path, 1):
                if not line.strip():
                    raise Unusable(path, number, "empty, expected a sentence; remove the line from both files")
        return [
            SentencePair(normalised(one), normalised(other))
            for one, other in zip(lines[source], lines[target], strict=True)
        ]

    def _of_table(self, path: Path) -> list[SentencePair]:
        pairs = []
        for line, sides in read_table(path, (self.source, self.target)):
            for column, side in zip((self.source, self.target), sides, strict=True):
                if not isinstance(side, str) or not side.strip():
                    what = "expected a sentence; fill it in or remove the row"
                    raise Unusable(path, line, f"column {column!r}: got {side!r}, {what}")
            pairs.append(SentencePair(*map(normalised, sides)))
        return pairs

    def _parts(self) -> dict[str, Files | None]:
        return {Split.TRAIN: self.train, Split.VALIDATION: self.validation, Split.TEST: self.test}
