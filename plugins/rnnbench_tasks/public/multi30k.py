"""Multi30k: captions of photographs, English to German."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench import Row, SentencePair, Split, normalised
from rnnbench_tasks.public.hub import Hub
from rnnbench_tasks.public.source import PublicText, columns, lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_FILES = {Split.TRAIN: "train", Split.VALIDATION: "val", Split.TEST: "test_2016_flickr"}
_ON_HUB = {Split.TRAIN: "train.jsonl", Split.VALIDATION: "val.jsonl", Split.TEST: "test.jsonl"}


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
    hub = Hub("bentrevett/multi30k", _ON_HUB)
    published_size = "29,000 / 1,014 / 1,000 pairs"

    tokenised: bool = False

    def names(self, split: Split) -> tuple[str, ...]:
        """One text a language."""
        stem = f"tok/{_FILES[split]}.lc.norm.tok" if self.tokenised else _FILES[split]
        return (f"{stem}.en", f"{stem}.de")

    def on_hub(self) -> Hub | None:
        """The hub has the plain text."""
        return None if self.tokenised else self.hub

    def read(self, split: Split, paths: Sequence[Path]) -> list[Row]:
        """All pairs of a split."""
        source, target = (lines(path) for path in paths)
        return _pairs(source, target)

    def read_hub(self, split: Split, paths: Sequence[Path]) -> list[Row]:
        """All pairs of a split, which the hub keeps as JSON lines."""
        found = columns(paths, "json")
        return _pairs(found["en"], found["de"])


def _pairs(source: Iterable[str], target: Iterable[str]) -> list[Row]:
    return [SentencePair(normalised(one), normalised(other)) for one, other in zip(source, target, strict=True)]
