"""Universal Dependencies, English Web Treebank: weblogs, newsgroups, mail, reviews and answers, word by word.

CoNLL-U (https://universaldependencies.org/format.html): ten columns a word, an empty line after each sentence. A range
such as 3-4 is a surface token of several words, and 8.1 an empty node: the words are what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from rnnbench import DataMissing, Row, Split, TaggedSentence
from rnnbench_tasks.public.source import PublicText, lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_FILES = {
    Split.TRAIN: "en_ewt-ud-train.conllu",
    Split.VALIDATION: "en_ewt-ud-dev.conllu",
    Split.TEST: "en_ewt-ud-test.conllu",
}
_FORM = 1
_COLUMN = {"upos": 3, "xpos": 4}
_COLUMNS = 10


@dataclass(frozen=True, kw_only=True)
class UDEnglish(PublicText):
    """12,544 / 2,001 / 2,077 sentences of release 2.15 or just after it.

    Attributes:
        tags: ``upos``, the 17 universal parts of speech, or ``xpos``, the 49 tags of the Penn Treebank. Numbers of the
            two do not compare.
    """

    name = "ud-english-ewt"
    rows = TaggedSentence
    description = "English sentences of the web with parts of speech"
    licence = "CC BY-SA 4.0 (annotations); the texts partly in the public domain, partly their authors'"
    citation = "Silveira et al. 2014, A Gold Standard Dependency Corpus for English; Nivre et al. 2020"
    folder = "ud-english-ewt"
    published_size = "12,544 / 2,001 / 2,077 sentences; 204,577 / 25,147 / 25,094 words"

    tags: Literal["upos", "xpos"] = "upos"

    def names(self, split: Split) -> tuple[str, ...]:
        """One file a split."""
        return (_FILES[split],)

    def read(self, split: Split, paths: Sequence[Path]) -> list[Row]:
        """All sentences of a split.

        Raises:
            DataMissing: a line is not CoNLL-U.
        """
        (path,) = paths
        numbered = groupby(enumerate(lines(path), start=1), key=lambda line: bool(line[1]))
        return [self._sentence(path, block) for filled, block in numbered if filled]

    def _sentence(self, path: Path, block: Iterable[tuple[int, str]]) -> TaggedSentence:
        words, tags = [], []
        for number, line in block:
            if line.startswith("#"):
                continue
            columns = line.split("\t")
            if len(columns) != _COLUMNS:
                raise DataMissing(f"{path}:{number}: {len(columns)} columns, expected the {_COLUMNS} of CoNLL-U")
            if columns[0].isdigit():
                words.append(columns[_FORM])
                tags.append(columns[_COLUMN[self.tags]])
        return TaggedSentence(tuple(words), tuple(tags))
