"""IMDB: long film reviews, positive or negative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench import LabelledText, Row, Split, normalised
from rnnbench_tasks.public.hub import Hub
from rnnbench_tasks.public.source import PublicText, columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_TRAIN, _TEST = (f"plain_text/{part}-00000-of-00001.parquet" for part in ("train", "test"))
_FILES = {Split.TRAIN: _TRAIN, Split.VALIDATION: _TRAIN, Split.TEST: _TEST}
_LABELS = ("negative", "positive")
_EVERY = 10


@dataclass(frozen=True, kw_only=True)
class IMDB(PublicText):
    """25,000 reviews for training, of which every tenth is held out for validation, and 25,000 for the test."""

    name = "imdb"
    rows = LabelledText
    description = "long film reviews, positive or negative"
    licence = "not stated"
    citation = "Maas et al. 2011, Learning Word Vectors for Sentiment Analysis"
    folder = "imdb"
    hub = Hub("stanfordnlp/imdb", _FILES, "e6281661ce1c48d982bc483cf8a173c1bbeb5d31")
    published_size = "22,500 / 2,500 / 25,000 reviews"

    def names(self, split: Split) -> tuple[str, ...]:
        """The hub's own files."""
        return (_FILES[split],)

    def read(self, split: Split, paths: Sequence[Path]) -> list[Row]:
        """All reviews of a split, without their line breaks' marks."""
        found = columns(paths)
        texts = (normalised(str(text).replace("<br />", " ")) for text in found["text"])
        reviews = [LabelledText(text, _LABELS[label]) for text, label in zip(texts, found["label"], strict=True)]
        if split is Split.TEST:
            return list(reviews)
        held_out = split is Split.VALIDATION
        return [review for number, review in enumerate(reviews, 1) if (number % _EVERY == 0) is held_out]
