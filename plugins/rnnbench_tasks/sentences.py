"""One language of a translation: sentences to token ids and back to plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from rnnbench import UNKNOWN, fit_vocabulary, index_of, normalised
from rnnbench_tasks import byte_pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SPECIALS = ("<pad>", "<bos>", "<eos>", UNKNOWN)
PAD, BOS, EOS, UNK = range(4)

UNKNOWN_WORD = "\u2047"
"""An unknown word in plain text, as SentencePiece writes it. BLEU's tokeniser takes ``<unk>`` apart into three."""


class Lexicon:
    """The vocabulary of an encoding made by :meth:`fitted`; byte pairs are numbered after the specials."""

    def __init__(self, encoding: Mapping[str, Any]) -> None:
        self._words: Sequence[str] = encoding.get("vocabulary", SPECIALS)
        self._index = index_of(self._words)
        self._tokenizer = byte_pairs.load(encoding["tokenizer"]) if "tokenizer" in encoding else None

    @staticmethod
    def fitted(
        units: Literal["words", "bpe"], lines: Sequence[str], size: int | None, minimum_count: int
    ) -> dict[str, Any]:
        """The encoding of these training sentences, as JSON values."""
        if units == "bpe":
            room = (size or byte_pairs.DEFAULT_SIZE) - len(SPECIALS)
            return {"tokenizer": byte_pairs.trained(map(normalised, lines), room, minimum_count)}
        words = (word for line in lines for word in line.split())
        return {"vocabulary": fit_vocabulary(words, size, minimum_count, SPECIALS)}

    @property
    def size(self) -> int:
        """Entries, specials included."""
        learned = self._tokenizer.get_vocab_size() if self._tokenizer else 0
        return len(self._words) + int(learned)

    def ids(self, text: str) -> list[int]:
        """The tokens of a sentence, without its end."""
        if self._tokenizer:
            return [number + len(SPECIALS) for number in self._tokenizer.encode(normalised(text)).ids]
        return [self._index.get(word, UNK) for word in text.split()]

    def text(self, ids: Iterable[int]) -> str:
        """Plain text of the tokens up to the end of the sentence; unknown words are :data:`UNKNOWN_WORD`."""
        kept: list[int] = []
        for number in map(int, ids):
            if number == EOS:
                break
            if number not in (PAD, BOS):
                kept.append(number)
        if self._tokenizer:
            learned = [number - len(SPECIALS) for number in kept if number >= len(SPECIALS)]
            return str(self._tokenizer.decode(learned))
        return " ".join(UNKNOWN_WORD if number == UNK else self._words[number] for number in kept)
