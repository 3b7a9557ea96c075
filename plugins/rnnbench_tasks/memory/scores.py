"""Right answers in per cent, and whether a run solved its task: 100 or 0, so that a mean is the share that did."""

from rnnbench import ItemMetric, find_formula


class Recalled(ItemMetric, formula=find_formula("recalled", ("right", "count"))):
    """Share of answers that are right."""


class RecallSolved(ItemMetric, formula=find_formula("solved", ("right", "count"))):
    """Whether more than 99 % of the answers are right."""


class AddingSolved(ItemMetric, formula=find_formula("solved", ("squared_error", "count"))):
    """Whether the mean squared error is below .01."""
