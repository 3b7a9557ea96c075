"""Errors of real values, from sums over blocks of values."""

from __future__ import annotations

import math

from rnnbench.contract.metrics import Metric, mean_metric


def _mean_error(name: str, total: str, description: str) -> Metric:
    bounds = {total: (0, math.inf), "count": (0, math.inf)}
    return mean_metric(name, "min", total, "count", bounds=bounds, description=description)


MSE = _mean_error("mse", "squared_error", "Mean squared error over all values.")
MAE = _mean_error("mae", "absolute_error", "Mean absolute error over all values.")
