"""IWSLT 2014: talks, German to English, tokenised and lower-cased as fairseq's script prepares them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench import Row, SentencePair, Split, normalised
from rnnbench_tasks.public.source import PublicText, lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_FILES = {Split.TRAIN: "train", Split.VALIDATION: "valid", Split.TEST: "test"}


@dataclass(frozen=True, kw_only=True)
class IWSLT14(PublicText):
    """German to English, by words of the prepared text."""

    name = "iwslt14-de-en"
    rows = SentencePair
    description = "talks, German to English, tokenised and lower-cased"
    licence = "CC BY-NC-ND 4.0"
    citation = "Cettolo et al. 2014, Report on the 11th IWSLT Evaluation Campaign"
    folder = "iwslt14-de-en"
    published_size = "160,239 / 7,283 / 6,750 pairs"
    remark = "a folder alone: no copy on the hub is known that is more than a loading script"

    def names(self, split: Split) -> tuple[str, ...]:
        """One text a language."""
        return (f"{_FILES[split]}.de", f"{_FILES[split]}.en")

    def read(self, split: Split, paths: Sequence[Path]) -> list[Row]:
        """All pairs of a split."""
        source, target = (lines(path) for path in paths)
        return [SentencePair(normalised(one), normalised(other)) for one, other in zip(source, target, strict=True)]
