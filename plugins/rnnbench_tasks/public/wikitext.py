"""WikiText-2: good and featured articles of Wikipedia, by words, cased, rare words already ``<unk>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench import Row, Split, TextLine
from rnnbench_tasks.public.source import Hub, PublicText, lines
from rnnbench_tasks.vocabulary import normalised

if TYPE_CHECKING:
    from pathlib import Path

_FILES = {Split.TRAIN: "train.txt", Split.VALIDATION: "valid.txt", Split.TEST: "test.txt"}


@dataclass(frozen=True, kw_only=True)
class WikiText2(PublicText):
    """A paragraph a row, empty lines kept: 2,088,628 / 217,646 / 245,569 words, line ends counted."""

    name = "wikitext-2"
    rows = TextLine
    description = "articles of Wikipedia, by words, cased, rare words replaced"
    licence = "CC BY-SA 3.0"
    citation = "Merity et al. 2016, Pointer Sentinel Mixture Models"
    folder = "wikitext-2"
    hub = Hub("Salesforce/wikitext", "b08601e04326c79dfdd32d625aee71d232d685c3", "wikitext-2-v1")

    def read(self, split: Split, folder: Path | None) -> list[Row]:
        """All lines of a split."""
        return [TextLine(normalised(line)) for line in lines(self.path(folder, _FILES[split]))]
