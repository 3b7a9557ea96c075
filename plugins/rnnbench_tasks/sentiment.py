"""Sentiment: which class a text belongs to; scored by accuracy. It serves any labelled text.

::

    input    this  was  not  bad
    target   positive
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rnnbench import (
    UNKNOWN,
    Arrays,
    Baseline,
    Batch,
    Columns,
    Encoding,
    Floats,
    Integers,
    Label,
    LabelledText,
    Role,
    Task,
    Tokens,
    check_whole,
    find_metric,
    fit_vocabulary,
    index_of,
    normalised,
    pack_tokens,
    padded_batch,
    row_lengths,
    rows_of_type,
    scored_by_row,
    shuffled_by_length,
    sorted_by_length,
    token_ids,
)
from rnnbench_tasks.baselines.bags_of_words import logistic_regression, naive_bayes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnnbench import InputType, OutputType, Rows


def _majority(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    assert isinstance(task, Sentiment)
    prior_nll = _prior_nll(encoding, training)
    predicted = np.full(len(test["labels"]), prior_nll.argmin())
    return _columns(encoding, test, predicted, prior_nll[test["labels"]])


def _naive_bayes(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    return _likeliest(encoding, test, naive_bayes(training, test))


def _logistic_regression(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    return _likeliest(encoding, test, logistic_regression(training, test))


MAJORITY = Baseline("majority", "the commonest training label, always", _majority, True)
NAIVE_BAYES = Baseline("naive-bayes", "multinomial naive Bayes on counts of words and word pairs", _naive_bayes)
LOGISTIC_REGRESSION = Baseline(
    "logistic-regression", "logistic regression on which words and word pairs occur", _logistic_regression
)


@dataclass(frozen=True, kw_only=True)
class Sentiment(Task):
    """Classify a text, read word by word.

    Attributes:
        vocabulary: how many words at most, ``<pad>`` and ``<unk>`` included; None for all.
        minimum_count: how often a word must occur in the training rows to be in the vocabulary.
        max_length: words that are read of a text, from its beginning; None for all.
    """

    name = "sentiment"
    role = Role.ENCODER
    rows = LabelledText
    metrics = (find_metric("accuracy"), find_metric("macro-f1"))
    block = "a text"
    columns = {"label": "string", "predicted": "string", "nll": "float64"}
    items_are = "rows"

    vocabulary: int | None = None
    minimum_count: int = 1
    max_length: int | None = 256

    def __post_init__(self) -> None:
        check_whole(self, "vocabulary", "minimum_count", "max_length")

    def fit(self, rows: Rows) -> Encoding:
        """The vocabulary and the label names of the training rows, sorted."""
        texts = rows_of_type(LabelledText, rows)
        words = (word for row in texts for word in self._words(row.text))
        return {
            "vocabulary": fit_vocabulary(words, self.vocabulary, self.minimum_count),
            "labels": sorted({row.label for row in texts}),
        }

    def encode(self, encoding: Encoding, rows: Rows) -> Arrays:
        """``ids`` (ragged) and ``labels``; an empty text is one unknown word.

        Raises:
            ValueError: a label that no training row has.
        """
        texts, labels = rows_of_type(LabelledText, rows), index_of(encoding["labels"])
        strange = sorted({row.label for row in texts} - set(labels))
        if strange:
            raise ValueError(f"label {strange[0]!r} is in no training row, only {', '.join(map(repr, labels))}")
        ids = token_ids(encoding["vocabulary"], (self._words(row.text) or [UNKNOWN] for row in texts))
        return {**pack_tokens("ids", ids), "labels": np.asarray([labels[row.label] for row in texts], dtype=np.int64)}

    def input(self, encoding: Encoding) -> InputType:
        """Tokens."""
        return Tokens(len(encoding["vocabulary"]))

    def output(self, encoding: Encoding) -> OutputType:
        """A label."""
        return Label(len(encoding["labels"]))

    def batches(self, data: Arrays, size: int, order: np.random.Generator) -> Iterator[Batch]:
        """Shuffled texts, of about one length in a batch."""
        return (_batch(data, rows) for rows in shuffled_by_length(row_lengths(data, "ids"), size, order))

    def evaluation(self, data: Arrays, size: int) -> Iterator[Batch]:
        """Every text once, by length."""
        return (_batch(data, rows) for rows in sorted_by_length(row_lengths(data, "ids"), size))

    def items(self, encoding: Encoding, data: Arrays, scored: Iterable[tuple[Batch, Columns]]) -> Columns:
        """A text each, in row order: ``label`` and ``predicted`` by name, ``nll`` of the right label (nats)."""
        predicted, log_probability = scored_by_row(scored, len(data["labels"]), "label", "log_probability")
        return _columns(encoding, data, predicted, -log_probability)

    def baselines(self) -> tuple[Baseline, ...]:
        """The commonest label, and two classifiers of bags of words."""
        return (MAJORITY, NAIVE_BAYES, LOGISTIC_REGRESSION)

    def chance(self, encoding: Encoding, validation: Arrays) -> float:
        """Accuracy of a uniform guess, in per cent."""
        return 100 / len(encoding["labels"])

    def trivial_loss(self, encoding: Encoding, training: Arrays, validation: Arrays) -> float:
        """Cross-entropy of the training labels' frequencies, in nats."""
        return float(_prior_nll(encoding, training)[validation["labels"]].mean())

    def counts(self, encoding: Encoding, data: Arrays) -> dict[str, int]:
        """Rows, tokens, the vocabulary and the classes."""
        return {
            "rows": len(data["labels"]),
            "tokens": len(data["ids"]),
            "vocabulary": len(encoding["vocabulary"]),
            "classes": len(encoding["labels"]),
        }

    def _words(self, text: str) -> list[str]:
        return normalised(text).split()[: self.max_length]


def _prior_nll(encoding: Encoding, training: Arrays) -> Floats:
    counts = np.bincount(training["labels"], minlength=len(encoding["labels"]))
    return np.asarray(np.log(counts.sum()) - np.log(counts))


def _likeliest(encoding: Encoding, data: Arrays, log_probability_RC: Floats) -> Columns:
    nll = -log_probability_RC[np.arange(len(log_probability_RC)), data["labels"]]
    return _columns(encoding, data, log_probability_RC.argmax(axis=1), nll)


def _columns(encoding: Encoding, data: Arrays, predicted: Integers, nll: Floats) -> Columns:
    names = np.asarray(encoding["labels"], dtype=object)
    return {"label": names[data["labels"]].tolist(), "predicted": names[predicted].tolist(), "nll": nll.tolist()}


def _batch(data: Arrays, rows: Integers) -> Batch:
    return padded_batch(data, "ids", rows, data["labels"][rows])
