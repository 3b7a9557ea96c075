"""Sentiment: which class a text belongs to; scored by accuracy. It serves any labelled text.

::

    input    this  was  not  bad
    target   positive
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from rnnbench import (
    Arrays,
    Baseline,
    Batch,
    Columns,
    Encoding,
    Label,
    LabelledText,
    Role,
    Row,
    Task,
    Tokens,
    find_metric,
)
from rnnbench_tasks.baselines.bags_of_words import logistic_regression, naive_bayes
from rnnbench_tasks.batching import lengths, packed, padded, shuffled_by_length, sorted_by_length
from rnnbench_tasks.fields import positive
from rnnbench_tasks.rows import of_type
from rnnbench_tasks.vocabulary import UNKNOWN, chosen, index, normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnnbench import InputType, OutputType

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PADDING = "<pad>"


def _majority(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    assert isinstance(task, Sentiment)
    prior_nll = _prior_nll(encoding, training)
    predicted = np.full(len(test["labels"]), prior_nll.argmin())
    return _columns(encoding, test, predicted, prior_nll[test["labels"]])


def _naive_bayes(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:  # noqa: ARG001
    return _likeliest(encoding, test, naive_bayes(training, test))


def _logistic_regression(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:  # noqa: ARG001
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
    item_kind = "row"
    columns = {"label": "string", "predicted": "string", "nll": "float64"}
    block = "a text"

    vocabulary: int | None = None
    minimum_count: int = 1
    max_length: int | None = 256

    def __post_init__(self) -> None:
        positive(self, "vocabulary", "minimum_count", "max_length")

    def fit(self, training: Sequence[Row], channels: Sequence[str]) -> Encoding:  # noqa: ARG002  series only
        """The vocabulary and the label names of the training rows, sorted."""
        rows = of_type(LabelledText, training)
        words = (word for row in rows for word in self._words(row.text))
        return {
            "vocabulary": chosen(words, (PADDING, UNKNOWN), self.vocabulary, self.minimum_count),
            "labels": sorted({row.label for row in rows}),
        }

    def encode(self, encoding: Encoding, rows: Sequence[Row], before: Arrays | None) -> Arrays:  # noqa: ARG002
        """``ids`` (ragged) and ``labels``; an empty text is one unknown word.

        Raises:
            ValueError: a label that no training row has.
        """
        texts = of_type(LabelledText, rows)
        ids, labels = index(encoding["vocabulary"]), index(encoding["labels"])
        unknown = ids[UNKNOWN]
        strange = sorted({row.label for row in texts} - set(labels))
        if strange:
            raise ValueError(f"label {strange[0]!r} is in no training row, only {', '.join(map(repr, labels))}")
        words = ([ids.get(word, unknown) for word in self._words(row.text)] or [unknown] for row in texts)
        return {**packed("ids", words), "labels": np.asarray([labels[row.label] for row in texts], dtype=np.int64)}

    def input(self, encoding: Encoding) -> InputType:
        """Tokens."""
        return Tokens(len(encoding["vocabulary"]))

    def output(self, encoding: Encoding) -> OutputType:
        """A label."""
        return Label(len(encoding["labels"]))

    def batches(self, data: Arrays, size: int, order: np.random.Generator) -> Iterator[Batch]:
        """Shuffled texts, of about one length in a batch."""
        return (_batch(data, rows) for rows in shuffled_by_length(lengths(data, "ids"), size, order))

    def evaluation(self, data: Arrays, size: int, window: int | None = None) -> Iterator[Batch]:  # noqa: ARG002
        """Every text once, by length."""
        return (_batch(data, rows) for rows in sorted_by_length(lengths(data, "ids"), size))

    def items(self, encoding: Encoding, data: Arrays, scored: Iterable[tuple[Batch, Columns]]) -> Columns:
        """A text each, in row order: ``label`` and ``predicted`` by name, ``nll`` of the right label (nats)."""
        predicted = np.full(len(data["labels"]), -1, dtype=np.int64)
        nll = np.zeros(len(predicted))
        for batch, columns in scored:
            predicted[batch.rows] = columns["label"]
            nll[batch.rows] = -np.asarray(columns["log_probability"], dtype=np.float64)
        if (predicted < 0).any():
            raise ValueError(f"{int((predicted < 0).sum())} of {len(predicted)} texts were not scored")
        return _columns(encoding, data, predicted, nll)

    def baselines(self) -> tuple[Baseline, ...]:
        """The commonest label, and two classifiers of bags of words."""
        return (MAJORITY, NAIVE_BAYES, LOGISTIC_REGRESSION)

    def chance(self, encoding: Encoding, validation: Arrays) -> float:  # noqa: ARG002
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
    length_B = lengths(data, "ids")[rows]
    return Batch(
        inputs=torch.from_numpy(padded(data, "ids", rows, fill=0)),
        targets=torch.from_numpy(data["labels"][rows]),
        rows=rows,
        positions=int(length_B.sum()),
        lengths=torch.from_numpy(length_B),
    )
