"""SST-2: sentences of film reviews, positive or negative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rnnbench import LabelledText, Row, Split, normalised
from rnnbench_tasks.public.source import PublicText, lines, table

if TYPE_CHECKING:
    from collections.abc import Sequence
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
    published_size = "6,920 sentences or 67,349 phrases / 872 / 1,821"
    remark = (
        "a folder alone: the hub's stanfordnlp/sst2 at 8d51e7e4887a4caaa95b3fbebbf53c0490b58bbb hides its test "
        "sentences' labels"
    )

    form: Literal["sentences", "phrases"] = "sentences"

    def names(self, split: Split) -> tuple[str, ...]:
        """One file a split; phrases are GLUE's."""
        return (_PHRASES if self._phrases(split) else _FILES[split],)

    def read(self, split: Split, paths: Sequence[Path]) -> list[Row]:
        """All rows of a split; brackets, slashes and stars are written as in GLUE."""
        (path,) = paths
        if self._phrases(split):
            columns = table(path, separator="\t")
            found = zip(columns["label"], columns["sentence"], strict=True)
            return [_labelled(str(label), str(sentence)) for label, sentence in found]
        divided = (line.partition(" ") for line in lines(path))
        return [_labelled(label, sentence) for label, _, sentence in divided]

    def _phrases(self, split: Split) -> bool:
        return split is Split.TRAIN and self.form == "phrases"


def _labelled(label: str, sentence: str) -> LabelledText:
    words = normalised(sentence.replace("\\/", "/").replace("\\*", "*")).split()
    return LabelledText(" ".join(_BRACKETS.get(word, word) for word in words), _LABELS[label])
