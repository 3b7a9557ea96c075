"""The adding problem: the sum of two marked numbers of a long sequence; scored by the mean squared error.

::

    number   .31 .84 .12 .57 .90
    mark      0   1   0   0   1
    target                       1.74

Source: Hochreiter and Schmidhuber 1997, Long short-term memory, experiment 4, in the form with two inputs a step of
Le, Jaitly and Hinton 2015 (arXiv:1504.00941). Always answering 1, the mean, has an error of 1/6 in expectation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rnnbench import (
    Arrays,
    Baseline,
    Columns,
    Encoding,
    Reals,
    Row,
    Task,
    Value,
    find_metric,
    rows_of_type,
    scored_by_row,
)
from rnnbench_tasks.memory.fixed_length import FixedLength, one_length
from rnnbench_tasks.memory.marked_numbers import NumbersRow
from rnnbench_tasks.memory.solved import ADDING_SOLVED, STOP_MSE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnnbench import Batch, Dataset, InputType, OutputType, Rows

MEAN = 1.0
"""Of the sum of two uniform numbers in [0, 1]."""


def _always_one(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    return _columns(test, np.full(len(test["targets"]), MEAN))


ALWAYS_ONE = Baseline("always-one", "1, the mean of the sum, always", _always_one, True)


@dataclass(frozen=True, kw_only=True)
class Adding(FixedLength):
    """Add the two marked numbers; the dataset's ``length`` is the dial."""

    name = "adding"
    rows = NumbersRow
    metrics = (ADDING_SOLVED, find_metric("mse"))
    columns = {"squared_error": "float64", "count": "int64"}

    def fit(self, rows: Rows) -> Encoding:
        """Nothing: the numbers are read as they are."""
        return {}

    def encode(self, encoding: Encoding, rows: Rows) -> Arrays:
        """``inputs`` R x T x 2: number and mark; ``targets``: R sums.

        Raises:
            ValueError: the rows are of several lengths.
        """
        sequences = rows_of_type(NumbersRow, rows)
        steps = one_length(len(row.numbers) for row in sequences)
        inputs_RTC = np.zeros((len(sequences), steps, 2), dtype=np.float32)
        inputs_RTC[..., 0] = [row.numbers for row in sequences]
        marked_R2 = np.asarray([row.marked for row in sequences])
        np.put_along_axis(inputs_RTC[..., 1], marked_R2, 1.0, axis=1)
        sums_R = [sum(row.numbers[step] for step in row.marked) for row in sequences]
        return {"inputs": inputs_RTC, "targets": np.asarray(sums_R, dtype=np.float32)}

    def input(self, encoding: Encoding) -> InputType:
        """A number and its mark."""
        return Reals(2)

    def output(self, encoding: Encoding) -> OutputType:
        """The sum."""
        return Value()

    def items(self, encoding: Encoding, data: Arrays, scored: Iterable[tuple[Batch, Columns]]) -> Columns:
        """A sequence each, in row order: ``squared_error``, and a ``count`` of one."""
        (prediction_R,) = scored_by_row(scored, len(data["targets"]), "prediction")
        return _columns(data, prediction_R)

    def baselines(self) -> tuple[Baseline, ...]:
        """Always one."""
        return (ALWAYS_ONE,)

    def chance(self, encoding: Encoding, validation: Arrays) -> float:
        """Not solved."""
        return 0.0

    def trivial_loss(self, encoding: Encoding, training: Arrays, validation: Arrays) -> float:
        """The error of always answering 1."""
        return _error_of_one(validation)

    def solved_loss(self, encoding: Encoding) -> float:
        """Half of the error that counts as solved."""
        return STOP_MSE

    def optimum(self, dataset: Dataset, encoding: Encoding, rows: Sequence[Row], test: Arrays) -> dict[str, float]:
        """No error: the target is in the row."""
        return {"mse": 0.0, ADDING_SOLVED.name: 100.0}


def _columns(data: Arrays, prediction_R: npt.NDArray[np.floating]) -> Columns:
    error_R = prediction_R.astype(np.float64) - data["targets"]
    return {"squared_error": np.square(error_R).tolist(), "count": [1] * len(error_R)}


def _error_of_one(data: Arrays) -> float:
    return float(np.square(MEAN - data["targets"].astype(np.float64)).mean())
