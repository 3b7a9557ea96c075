"""Errors of real values, from sums over blocks of windows."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from rnnbench import Columns, ItemMetric

Floats = npt.NDArray[np.float64]


class MSE(ItemMetric):
    """Mean squared error over all values."""

    columns: ClassVar = {"squared_error": "float64", "count": "int64"}

    @staticmethod
    def statistics(columns: Columns) -> Floats:
        """Per item: sum of squared errors, and values."""
        return np.stack([np.asarray(columns[name], dtype=np.float64) for name in MSE.columns], axis=1)

    @staticmethod
    def values(totals_NK: Floats) -> Floats:
        """The mean."""
        return totals_NK[:, 0] / totals_NK[:, 1]


class MAE(ItemMetric):
    """Mean absolute error over all values."""

    columns: ClassVar = {"absolute_error": "float64", "count": "int64"}

    @staticmethod
    def statistics(columns: Columns) -> Floats:
        """Per item: sum of absolute errors, and values."""
        return np.stack([np.asarray(columns[name], dtype=np.float64) for name in MAE.columns], axis=1)

    @staticmethod
    def values(totals_NK: Floats) -> Floats:
        """The mean."""
        return totals_NK[:, 0] / totals_NK[:, 1]
