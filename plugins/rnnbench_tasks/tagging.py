"""Sequence tagging: a tag for every word of a sentence, which is seen whole; scored by the accuracy over words.

::

    input    the  dog   can   run
    target   DET  NOUN  AUX   VERB
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from rnnbench import (
    IGNORED,
    UNKNOWN,
    Arrays,
    Baseline,
    Batch,
    Columns,
    Encoding,
    Floats,
    Integers,
    LabelPerStep,
    Role,
    Row,
    TaggedSentence,
    Task,
    Tokens,
    check_whole,
    find_metric,
    fit_vocabulary,
    index_of,
    pack_tokens,
    pad_rows,
    padded_batch,
    row_lengths,
    rows_of_type,
    scored_by_step,
    shuffled_by_length,
    sorted_by_length,
    token_ids,
)
from rnnbench_tasks.baselines.hidden_markov import HiddenMarkov
from rnnbench_tasks.baselines.most_frequent_tag import tag_frequencies, tags_of_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnnbench import InputType, OutputType, Rows


def _majority(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    share_K = tag_frequencies(training["tags"], len(encoding["tags"]))
    return _likeliest(test, np.broadcast_to(share_K, (len(test["tags"]), len(share_K))))


def _most_frequent_tag(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    probability_VK = tags_of_words(training["ids"], training["tags"], *_sizes(encoding))
    return _likeliest(test, probability_VK[test["ids"]])


def _hidden_markov(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    model = HiddenMarkov.fitted(training["ids"], training["tags"], training["ids_starts"], *_sizes(encoding))
    sentences = (test["ids"][first:last] for first, last in pairwise(test["ids_starts"]))
    return _likeliest(test, np.concatenate([model.posterior(word_T) for word_T in sentences]))


MAJORITY = Baseline("majority", "the commonest tag, always", _majority, True)
MOST_FREQUENT_TAG = Baseline("most-frequent-tag", "each word by the tag that it has most often", _most_frequent_tag)
HIDDEN_MARKOV = Baseline("hidden-markov", "a bigram hidden Markov model, each token by its posterior", _hidden_markov)


@dataclass(frozen=True, kw_only=True)
class Tagging(Task):
    """Tag every word of a sentence.

    Attributes:
        vocabulary: how many words at most, ``<pad>`` and ``<unk>`` included; None for all.
        minimum_count: how often a word must occur in the training rows to be in the vocabulary. Rarer ones are
            ``<unk>``, which so learns what to make of new words.
        lower_case: read words without their capitals.
    """

    name = "tagging"
    role = Role.ENCODER
    rows = TaggedSentence
    metrics = (find_metric("token-accuracy"), find_metric("sentence-accuracy"))
    block = "a sentence"
    columns = {"right": "int64", "tokens": "int64", "nll": "float64"}
    items_are = "rows"

    vocabulary: int | None = None
    minimum_count: int = 2
    lower_case: bool = False

    def __post_init__(self) -> None:
        check_whole(self, "vocabulary", "minimum_count")

    def fit(self, rows: Rows) -> Encoding:
        """The vocabulary and the tags of the training rows, sorted."""
        sentences = _sentences(rows)
        words = (self._read(word) for sentence in sentences for word in sentence.words)
        return {
            "vocabulary": fit_vocabulary(words, self.vocabulary, self.minimum_count),
            "tags": sorted({tag for sentence in sentences for tag in sentence.tags}),
        }

    def encode(self, encoding: Encoding, rows: Rows) -> Arrays:
        """``ids`` and ``tags``, both ragged.

        Raises:
            ValueError: a sentence has no words, or not a tag for each, or a tag that no training row has.
        """
        sentences, tags = _sentences(rows), index_of(encoding["tags"])
        strange = sorted({tag for sentence in sentences for tag in sentence.tags} - set(tags))
        if strange:
            raise ValueError(f"tag {strange[0]!r} is in no training row, only {', '.join(map(repr, tags))}")
        ids = token_ids(encoding["vocabulary"], (map(self._read, sentence.words) for sentence in sentences))
        numbers = ([tags[tag] for tag in sentence.tags] for sentence in sentences)
        return {**pack_tokens("ids", ids), **pack_tokens("tags", numbers)}

    def input(self, encoding: Encoding) -> InputType:
        """Tokens."""
        return Tokens(len(encoding["vocabulary"]))

    def output(self, encoding: Encoding) -> OutputType:
        """A tag a word."""
        return LabelPerStep(len(encoding["tags"]))

    def batches(self, data: Arrays, size: int, order: np.random.Generator) -> Iterator[Batch]:
        """Shuffled sentences, of about one length in a batch."""
        return (_batch(data, rows) for rows in shuffled_by_length(row_lengths(data, "ids"), size, order))

    def evaluation(self, data: Arrays, size: int) -> Iterator[Batch]:
        """Every sentence once, by length."""
        return (_batch(data, rows) for rows in sorted_by_length(row_lengths(data, "ids"), size))

    def items(self, encoding: Encoding, data: Arrays, scored: Iterable[tuple[Batch, Columns]]) -> Columns:
        """A sentence each, in row order: its ``tokens``, the ``right`` ones, and ``nll`` of the right tags (nats).

        Raises:
            ValueError: a sentence was not scored.
        """
        predicted_N, log_probability_N = scored_by_step(scored, data["tags_starts"], "label", "log_probability")
        return _columns(data, predicted_N, -log_probability_N)

    def baselines(self) -> tuple[Baseline, ...]:
        """The commonest tag, each word's commonest tag, and a hidden Markov model."""
        return (MAJORITY, MOST_FREQUENT_TAG, HIDDEN_MARKOV)

    def chance(self, encoding: Encoding, validation: Arrays) -> float:
        """Accuracy of a uniform guess, in per cent."""
        return 100 / len(encoding["tags"])

    def trivial_loss(self, encoding: Encoding, training: Arrays, validation: Arrays) -> float:
        """Cross-entropy of the training tags' frequencies, in nats."""
        share_K = tag_frequencies(training["tags"], len(encoding["tags"]))
        return float(-np.log(share_K)[validation["tags"]].mean())

    def counts(self, encoding: Encoding, data: Arrays) -> dict[str, int]:
        """Rows, tokens, those of them that are unknown, the vocabulary and the tags."""
        return {
            "rows": len(data["ids_starts"]) - 1,
            "tokens": len(data["ids"]),
            "unknown": int((data["ids"] == index_of(encoding["vocabulary"])[UNKNOWN]).sum()),
            "vocabulary": len(encoding["vocabulary"]),
            "tags": len(encoding["tags"]),
        }

    def _read(self, word: str) -> str:
        return word.lower() if self.lower_case else word


def _sentences(rows: Sequence[Row]) -> list[TaggedSentence]:
    """The rows as sentences with a tag for each word, and at least one."""
    sentences = rows_of_type(TaggedSentence, rows)
    for number, sentence in enumerate(sentences):
        words, tags = len(sentence.words), len(sentence.tags)
        if words != tags or not words:
            raise ValueError(f"sentence {number}: {words} words and {tags} tags, expected a tag a word, at least one")
    return sentences


def _sizes(encoding: Encoding) -> tuple[int, int]:
    return len(encoding["vocabulary"]), len(encoding["tags"])


def _likeliest(data: Arrays, probability_NK: Floats) -> Columns:
    right_N = probability_NK[np.arange(len(probability_NK)), data["tags"]]
    return _columns(data, probability_NK.argmax(axis=1), -np.log(right_N))


def _columns(data: Arrays, predicted_N: Integers, nll_N: Floats) -> Columns:
    """Sums over each sentence."""
    starts = data["tags_starts"]
    right_N = (predicted_N == data["tags"]).astype(np.int64)
    return {
        "right": np.add.reduceat(right_N, starts[:-1]).tolist(),
        "tokens": np.diff(starts).tolist(),
        "nll": np.add.reduceat(nll_N, starts[:-1]).tolist(),
    }


def _batch(data: Arrays, rows: Integers) -> Batch:
    return padded_batch(data, "ids", rows, pad_rows(data, "tags", rows, fill=IGNORED))
