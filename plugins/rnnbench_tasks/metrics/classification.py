"""Right and wrong labels, in per cent."""

from rnnbench import ItemMetric, find_formula

_LABELS = ("label", "predicted")


class Accuracy(ItemMetric, formula=find_formula("accuracy", _LABELS)):
    """Share of items whose predicted label is the right one."""


class MacroF1(ItemMetric, formula=find_formula("macro-f1", _LABELS)):
    """Mean over classes of the harmonic mean of precision and recall.

    A class that neither occurs nor is predicted does not count.
    """
