"""Errors of real values, from sums over blocks of windows."""

from rnnbench import ItemMetric, find_formula


class MSE(ItemMetric):
    """Mean squared error over all values."""

    _formula = find_formula("mse", ("squared_error", "count"))
    columns = _formula.columns
    statistics = staticmethod(_formula.statistics)
    values = staticmethod(_formula.values)


class MAE(ItemMetric):
    """Mean absolute error over all values."""

    _formula = find_formula("mae", ("absolute_error", "count"))
    columns = _formula.columns
    statistics = staticmethod(_formula.statistics)
    values = staticmethod(_formula.values)
