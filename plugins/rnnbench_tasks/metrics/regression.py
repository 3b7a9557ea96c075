"""Errors of real values, from sums over blocks of windows."""

from rnnbench import ItemMetric, find_formula


class MSE(ItemMetric, formula=find_formula("mse", ("squared_error", "count"))):
    """Mean squared error over all values."""


class MAE(ItemMetric, formula=find_formula("mae", ("absolute_error", "count"))):
    """Mean absolute error over all values."""
