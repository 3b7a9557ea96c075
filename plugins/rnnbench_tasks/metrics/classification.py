"""Right and wrong labels, in per cent."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from rnnbench import Columns, ItemMetric

Floats = npt.NDArray[np.float64]


class Accuracy(ItemMetric):
    """Share of items whose predicted label is the right one."""

    columns: ClassVar = {"label": "string", "predicted": "string"}

    @staticmethod
    def statistics(columns: Columns) -> Floats:
        """Per item: whether it is right, and one."""
        right = np.asarray(columns["label"]) == np.asarray(columns["predicted"])
        return np.stack([right, np.ones_like(right)], axis=1).astype(np.float64)

    @staticmethod
    def values(totals_NK: Floats) -> Floats:
        """Per cent."""
        return 100 * totals_NK[:, 0] / totals_NK[:, 1]


class MacroF1(ItemMetric):
    """Mean over classes of the harmonic mean of precision and recall.

    A class that neither occurs nor is predicted does not count.
    """

    columns: ClassVar = {"label": "string", "predicted": "string"}

    @staticmethod
    def statistics(columns: Columns) -> Floats:
        """Per item and class: whether both name it, and how many of the two do."""
        label, predicted = np.asarray(columns["label"]), np.asarray(columns["predicted"])
        classes = np.unique(np.concatenate([label, predicted]))
        is_label, is_predicted = label[:, None] == classes, predicted[:, None] == classes
        return np.concatenate([is_label & is_predicted, is_label.astype(int) + is_predicted], axis=1).astype(np.float64)

    @staticmethod
    def values(totals_NK: Floats) -> Floats:
        """Per cent."""
        hits, named = np.split(totals_NK, 2, axis=1)
        present = named > 0
        f1 = np.divide(2 * hits, named, out=np.zeros_like(hits), where=present)
        return np.asarray(100 * f1.sum(axis=1) / present.sum(axis=1))
