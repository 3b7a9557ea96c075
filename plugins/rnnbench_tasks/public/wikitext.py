"""WikiText: good and featured articles of Wikipedia, by words, cased, rare words already ``<unk>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench import Row, Split, TextLine, normalised
from rnnbench_tasks.public.hub import Hub
from rnnbench_tasks.public.source import PublicText, columns, lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_FILES = {Split.TRAIN: "train.txt", Split.VALIDATION: "valid.txt", Split.TEST: "test.txt"}


def _hub(configuration: str) -> Hub:
    files = {split: f"{configuration}/{split}-*.parquet" for split in Split}
    return Hub("Salesforce/wikitext", files, "b08601e04326c79dfdd32d625aee71d232d685c3")


@dataclass(frozen=True, kw_only=True)
class WikiText2(PublicText):
    """A paragraph a row, empty lines kept: 2,088,628 / 217,646 / 245,569 words, line ends counted."""

    name = "wikitext-2"
    rows = TextLine
    description = "articles of Wikipedia, by words, cased, rare words replaced"
    licence = "CC BY-SA 3.0"
    citation = "Merity et al. 2016, Pointer Sentinel Mixture Models"
    folder = "wikitext-2"
    hub = _hub("wikitext-2-v1")
    published_size = "36,718 / 3,760 / 4,358 lines"

    def names(self, split: Split) -> tuple[str, ...]:
        """One text a split."""
        return (_FILES[split],)

    def read(self, split: Split, paths: Sequence[Path]) -> list[Row]:
        """All lines of a split."""
        return [TextLine(normalised(line)) for path in paths for line in lines(path)]

    def read_hub(self, split: Split, paths: Sequence[Path]) -> list[Row]:
        """All lines of a split, which the hub keeps as rows of a table."""
        return [TextLine(normalised(str(line))) for line in columns(paths)["text"]]


@dataclass(frozen=True, kw_only=True)
class WikiText103(WikiText2):
    """The same validation and test articles, and fifty times the training text."""

    name = "wikitext-103"
    folder = "wikitext-103"
    hub = _hub("wikitext-103-v1")
    published_size = "1,801,350 / 3,760 / 4,358 lines"
