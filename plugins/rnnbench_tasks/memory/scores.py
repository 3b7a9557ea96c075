"""Right answers in per cent, and whether a run solved its task: 100 or 0, so that a mean is the share that did."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from rnnbench import Columns, ItemMetric
from rnnbench_tasks.memory.solved import SOLVED_MSE, SOLVED_RECALL
from rnnbench_tasks.metrics.regression import MSE

Floats = npt.NDArray[np.float64]


class Recalled(ItemMetric):
    """Share of answers that are right."""

    columns: ClassVar = {"right": "int64", "count": "int64"}

    @staticmethod
    def statistics(columns: Columns) -> Floats:
        """Per item: right answers, and answers."""
        return np.stack([np.asarray(columns[name], dtype=np.float64) for name in Recalled.columns], axis=1)

    @staticmethod
    def values(totals_NK: Floats) -> Floats:
        """Per cent."""
        return 100 * totals_NK[:, 0] / totals_NK[:, 1]


class RecallSolved(Recalled):
    """Whether more than 99 % of the answers are right."""

    @staticmethod
    def values(totals_NK: Floats) -> Floats:
        """100 or 0."""
        return np.where(Recalled.values(totals_NK) > SOLVED_RECALL, 100.0, 0.0)


class AddingSolved(MSE):
    """Whether the mean squared error is below .01."""

    @staticmethod
    def values(totals_NK: Floats) -> Floats:
        """100 or 0."""
        return np.where(MSE.values(totals_NK) < SOLVED_MSE, 100.0, 0.0)
