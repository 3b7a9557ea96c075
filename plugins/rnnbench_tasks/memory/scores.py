"""Right answers in per cent, and whether a run solved its task: 100 or 0, so that a mean is the share that did."""

from rnnbench import ItemMetric, find_formula


class Recalled(ItemMetric):
    """Share of answers that are right."""

    _formula = find_formula("recalled", ("right", "count"))
    columns = _formula.columns
    statistics = staticmethod(_formula.statistics)
    values = staticmethod(_formula.values)


class RecallSolved(ItemMetric):
    """Whether more than 99 % of the answers are right."""

    _formula = find_formula("solved", ("right", "count"))
    columns = _formula.columns
    statistics = staticmethod(_formula.statistics)
    values = staticmethod(_formula.values)


class AddingSolved(ItemMetric):
    """Whether the mean squared error is below .01."""

    _formula = find_formula("solved", ("squared_error", "count"))
    columns = _formula.columns
    statistics = staticmethod(_formula.statistics)
    values = staticmethod(_formula.values)
