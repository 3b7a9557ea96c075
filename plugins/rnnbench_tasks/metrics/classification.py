"""Right and wrong labels, in per cent."""

from rnnbench import ItemMetric, find_formula

_LABELS = ("label", "predicted")


class Accuracy(ItemMetric):
    """Share of items whose predicted label is the right one."""

    _formula = find_formula("accuracy", _LABELS)
    columns = _formula.columns
    statistics = staticmethod(_formula.statistics)
    values = staticmethod(_formula.values)


class MacroF1(ItemMetric):
    """Mean over classes of the harmonic mean of precision and recall.

    A class that neither occurs nor is predicted does not count.
    """

    _formula = find_formula("macro-f1", _LABELS)
    columns = _formula.columns
    statistics = staticmethod(_formula.statistics)
    values = staticmethod(_formula.values)
