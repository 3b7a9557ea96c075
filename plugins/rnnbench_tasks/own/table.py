"""The user's own labelled texts: CSV, TSV, JSON lines or Parquet with a column of texts and one of labels.

::

    dataset: {name: table, fields: {path: tickets.csv, text: message, label: queue}}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench import LabelledText, Row, Split, normalised
from rnnbench_tasks.own.files import OwnFile
from rnnbench_tasks.own.reading import read_table
from rnnbench_tasks.own.splits import share
from rnnbench_tasks.own.unusable import Unusable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Table(OwnFile):
    """A text and its label a row.

    Attributes:
        train: the training table; likewise ``validation`` and ``test``.
        path: or one table for all three.
        shares: of the rows of ``path``, for training, validation and test.
        shuffle: divide ``path`` in an order drawn once and for all; without it, in the order of the file.
        text: the name of the column of texts.
        label: the name of the column of labels.
    """

    name = "table"
    rows = LabelledText
    description = "your own labelled texts, in CSV, TSV, JSON lines or Parquet"

    shuffle: bool = True
    text: str = "text"
    label: str = "label"

    def load(self, split: Split, folder: Path | None) -> Sequence[Row]:
        """The rows of a split.

        Raises:
            DataMissing: there is no such file, or a row has no text or no label.
        """
        (path,) = self.paths(split, folder)
        rows = [self._row(path, line, *values) for line, values in read_table(path, (self.text, self.label))]
        return rows if self.path is None else share(rows, split, self.shares, shuffled=self.shuffle)

    def _row(self, path: Path, line: int, text: object, label: object) -> LabelledText:
        if not isinstance(text, str) or not text.strip():
            raise Unusable(path, line, f"column {self.text!r}: got {text!r}, expected a text; fill it in or remove it")
        if not isinstance(label, str | int) or not str(label).strip():
            expected = "expected a word or a whole number; fill it in or remove the row"
            raise Unusable(path, line, f"column {self.label!r}: got {label!r}, {expected}")
        return LabelledText(normalised(text), str(label).strip())
