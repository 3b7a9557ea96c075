"""Multi30k: captions of photographs, English to German."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench import Row, SentencePair, Split
from rnnbench_tasks.public.source import Hub, PublicText, lines
from rnnbench_tasks.vocabulary import normalised

if TYPE_CHECKING:
    from pathlib import Path

_FILES = {Split.TRAIN: "train", Split.VALIDATION: "val", Split.TEST: "test_2016_flickr"}


@dataclass(frozen=True, kw_only=True)
class Multi30k(PublicText):
    """29,000 / 1,014 / 1,000 pairs; the test set is test_2016_flickr.

    Attributes:
        tokenised: take the authors' lower-cased, normalised and tokenised text. Its BLEU does not compare with that
            of the plain text.
    """

    name = "multi30k-en-de"
    rows = SentencePair
    description = "captions of photographs, English to German"
    licence = "non-commercial research and education (Flickr30K's terms)"
    citation = "Elliott et al. 2016, Multi30K: Multilingual English-German Image Descriptions"
    folder = "multi30k-en-de"
    hub = Hub("bentrevett/multi30k")

    tokenised: bool = False

    def read(self, split: Split, folder: Path | None) -> list[Row]:
        """All pairs of a split."""
        stem = f"tok/{_FILES[split]}.lc.norm.tok" if self.tokenised else _FILES[split]
        source, target = (lines(self.path(folder, f"{stem}.{language}")) for language in ("en", "de"))
        return [SentencePair(normalised(one), normalised(other)) for one, other in zip(source, target, strict=True)]
