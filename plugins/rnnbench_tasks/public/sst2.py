"""SST-2: sentences of film reviews, positive or negative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rnnbench import LabelledText, Row, Split
from rnnbench_tasks.public.source import Hub, PublicText, lines, table
from rnnbench_tasks.vocabulary import normalised

if TYPE_CHECKING:
    from pathlib import Path

_FILES = {Split.TRAIN: "stsa.binary.train", Split.VALIDATION: "stsa.binary.dev", Split.TEST: "stsa.binary.test"}
_PHRASES = "glue_train.tsv"
_LABELS = {"0": "negative", "1": "positive"}
_BRACKETS = {"-lrb-": "(", "-rrb-": ")"}


@dataclass(frozen=True, kw_only=True)
class SST2(PublicText):
    """872 validation and 1,821 test sentences.

    Attributes:
        form: train on 6,920 whole ``sentences``, or on the 67,349 ``phrases`` of GLUE, most of them parts of those.
            Numbers of the two forms do not compare.
    """

    name = "sst2"
    rows = LabelledText
    description = "sentences of film reviews, positive or negative"
    licence = "not stated"
    citation = "Socher et al. 2013, Recursive Deep Models for Semantic Compositionality"
    folder = "sst2"
    hub = Hub("stanfordnlp/sst2", "8d51e7e4887a4caaa95b3fbebbf53c0490b58bbb")

    form: Literal["sentences", "phrases"] = "sentences"

    def read(self, split: Split, folder: Path | None) -> list[Row]:
        """All rows of a split; brackets are written as in GLUE."""
        if split is Split.TRAIN and self.form == "phrases":
            columns = table(self.path(folder, _PHRASES), separator="\t")
            found = zip(columns["label"], columns["sentence"], strict=True)
            return [_labelled(str(label), str(sentence)) for label, sentence in found]
        divided = (line.partition(" ") for line in lines(self.path(folder, _FILES[split])))
        return [_labelled(label, sentence) for label, _, sentence in divided]


def _labelled(label: str, sentence: str) -> LabelledText:
    words = normalised(sentence).split()
    return LabelledText(" ".join(_BRACKETS.get(word, word) for word in words), _LABELS[label])
