"""Associative recall: the value of a key that was seen in a list of pairs; scored by the share of right answers.

::

    input    c 9 k 8 j 3 f 1 ? k
    target                        8

Source: the associative retrieval task of Ba et al. 2016, Using fast weights to attend to the recent past
(arXiv:1610.06258). The answer is read off the model's summary, so that each answers by its own means: a recurrent
model from the state that has seen the question, attention-seq2seq by attending to the pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rnnbench import (
    Arrays,
    Baseline,
    Columns,
    Encoding,
    Floats,
    Integers,
    Label,
    Row,
    Task,
    Tokens,
    rows_of_type,
    scored_by_row,
)
from rnnbench_tasks.memory.fixed_length import FixedLength, one_length
from rnnbench_tasks.memory.key_value_pairs import PairsRow
from rnnbench_tasks.memory.solved import RECALL_SOLVED, RECALLED, STOP_NLL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnnbench import Batch, Dataset, InputType, OutputType, Rows


def _majority(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    prior_nll = _prior_nll(encoding, training)
    return _columns(test, np.full(len(test["targets"]), prior_nll.argmin()), prior_nll[test["targets"]])


def _commonest_here(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    values_RP = test["inputs"][:, 1:-2:2] - encoding["keys"]
    count_RV = (values_RP[..., None] == np.arange(encoding["values"])).sum(axis=1)
    right_R = count_RV[np.arange(len(count_RV)), test["targets"]]
    return _columns(test, count_RV.argmax(axis=1), np.log(values_RP.shape[1] / right_R))


MAJORITY = Baseline("majority", "the commonest training answer, always", _majority, True)
COMMONEST_HERE = Baseline("commonest-here", "the commonest value of the row, whatever is asked", _commonest_here)


@dataclass(frozen=True, kw_only=True)
class AssociativeRecall(FixedLength):
    """Look a key up; the dataset's number of ``pairs`` is the dial."""

    name = "associative-recall"
    rows = PairsRow
    metrics = (RECALL_SOLVED, RECALLED)
    columns = {"right": "int64", "count": "int64", "nll": "float64"}

    def fit(self, rows: Rows) -> Encoding:
        """The numbers of keys and of values."""
        pairs = rows_of_type(PairsRow, rows)
        return {
            "keys": 1 + max(max(row.keys) for row in pairs),
            "values": 1 + max(max(row.values) for row in pairs),
        }

    def encode(self, encoding: Encoding, rows: Rows) -> Arrays:
        """``inputs`` R x (2 P + 2): keys, behind them values, behind them the question mark; ``targets``: R values.

        Raises:
            ValueError: the rows have different numbers of pairs, or one a key or value that no training row has.
        """
        sequences, keys, values = rows_of_type(PairsRow, rows), encoding["keys"], encoding["values"]
        one_length(len(row.keys) for row in sequences)
        key_RP = np.asarray([row.keys for row in sequences], dtype=np.int64)
        value_RP = np.asarray([row.values for row in sequences], dtype=np.int64)
        for what, found, known in (("key", key_RP, keys), ("value", value_RP, values)):
            if found.max() >= known:
                raise ValueError(f"{what} {found.max()} is in no training row, only 0 to {known - 1}")
        pairs_RT = np.stack([key_RP, keys + value_RP], axis=2).reshape(len(sequences), -1)
        query_R = np.asarray([row.query for row in sequences], dtype=np.int64)
        question_R2 = np.stack([np.full_like(query_R, keys + values), query_R], axis=1)
        answers_R = value_RP[key_RP == query_R[:, None]]
        return {"inputs": np.concatenate([pairs_RT, question_R2], axis=1), "targets": answers_R}

    def input(self, encoding: Encoding) -> InputType:
        """Keys, values and the question mark."""
        return Tokens(encoding["keys"] + encoding["values"] + 1)

    def output(self, encoding: Encoding) -> OutputType:
        """A value."""
        return Label(encoding["values"])

    def items(self, encoding: Encoding, data: Arrays, scored: Iterable[tuple[Batch, Columns]]) -> Columns:
        """A question each, in row order: whether it is ``right``, a ``count`` of one, and its ``nll`` (nats)."""
        predicted_R, log_probability_R = scored_by_row(scored, len(data["targets"]), "label", "log_probability")
        return _columns(data, predicted_R, -log_probability_R)

    def baselines(self) -> tuple[Baseline, ...]:
        """The commonest answer of all, and of the row."""
        return MAJORITY, COMMONEST_HERE

    def chance(self, encoding: Encoding, validation: Arrays) -> float:
        """Not solved."""
        return 0.0

    def trivial_loss(self, encoding: Encoding, training: Arrays, validation: Arrays) -> float:
        """Cross entropy of the training answers' frequencies, in nats."""
        return float(_prior_nll(encoding, training)[validation["targets"]].mean())

    def solved_loss(self, encoding: Encoding) -> float:
        """Few enough nats an answer that hardly one is wrong."""
        return STOP_NLL

    def optimum(self, dataset: Dataset, encoding: Encoding, rows: Sequence[Row], test: Arrays) -> dict[str, float]:
        """All answers: they are in the row."""
        return {RECALLED.name: 100.0, RECALL_SOLVED.name: 100.0}


def _prior_nll(encoding: Encoding, training: Arrays) -> Floats:
    """Of each value as the answer, with one more of each, so that none is impossible."""
    counts_V = 1 + np.bincount(training["targets"], minlength=encoding["values"])
    return np.asarray(np.log(counts_V.sum()) - np.log(counts_V))


def _columns(data: Arrays, predicted_R: Integers, nll_R: Floats) -> Columns:
    right_R = (predicted_R == data["targets"]).astype(int)
    return {"right": right_R.tolist(), "count": [1] * len(right_R), "nll": nll_R.tolist()}
