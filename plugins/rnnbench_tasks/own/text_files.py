"""The user's own running text: a file a split, or one file that is divided.

::

    dataset: {name: text-files, fields: {path: notes.txt}}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench import Row, Split, TextLine, normalised
from rnnbench_tasks.own.files import OwnFile
from rnnbench_tasks.own.reading import read_lines
from rnnbench_tasks.own.splits import share
from rnnbench_tasks.own.unusable import Unusable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class TextFiles(OwnFile):
    """Lines of UTF-8 text, empty ones kept; words are what stands between blanks.

    Attributes:
        train: the training text; likewise ``validation`` and ``test``.
        path: or one text for all three, cut into consecutive stretches of lines.
        shares: of the lines of ``path``, for training, validation and test.
    """

    name = "text-files"
    rows = TextLine
    description = "your own text, a file a split or one that is divided"

    def load(self, split: Split, folder: Path | None) -> Sequence[Row]:
        """The lines of a split.

        Raises:
            DataMissing: there is no such file, or it is no text.
        """
        (path,) = self.paths(split, folder)
        lines = [TextLine(normalised(line)) for line in read_lines(path)]
        if not any(line.text for line in lines):
            raise Unusable(path, None, "no word in it; lines of text are expected")
        return lines if self.path is None else share(lines, split, self.shares)
