"""Penn Treebank by words, as Mikolov prepared it: lower-cased, numbers ``N``, 10,000 words, others ``<unk>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench import Row, Split, TextLine, normalised
from rnnbench_tasks.public.source import PublicText, lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_FILES = {Split.TRAIN: "ptb.train.txt", Split.VALIDATION: "ptb.valid.txt", Split.TEST: "ptb.test.txt"}


@dataclass(frozen=True, kw_only=True)
class PennTreebank(PublicText):
    """A sentence a row. Licensed text: for whoever has it already, never fetched."""

    name = "penn-treebank"
    rows = TextLine
    description = "sentences of the Wall Street Journal, by words, lower-cased, rare words replaced"
    licence = "Linguistic Data Consortium, LDC99T42: licensed to its members and buyers"
    citation = "Marcus et al. 1993, Building a Large Annotated Corpus of English; Mikolov et al. 2010"
    folder = "penn-treebank"
    published_size = "42,068 / 3,370 / 3,761 lines"
    remark = "a folder alone: licensed text, never fetched"

    def names(self, split: Split) -> tuple[str, ...]:
        """One text a split."""
        return (_FILES[split],)

    def read(self, split: Split, paths: Sequence[Path]) -> list[Row]:
        """All lines of a split."""
        return [TextLine(normalised(line)) for path in paths for line in lines(path)]
