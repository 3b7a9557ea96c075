"""Right and wrong labels, in per cent: of an item, or of the tokens of a sentence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnbench.contract.metrics import Metric, RatioOfSums, mean_metric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnnbench.contract.arrays import Floats
    from rnnbench.contract.items import Items

_LABELS: Mapping[str, Any] = {"columns": {"label": "string", "predicted": "string"}, "identifies": "label"}
_TAGS: Mapping[str, Any] = {"bounds": {"right": (0, "tokens"), "tokens": (0, math.inf)}, "identifies": "tokens"}


def _right(items: Items) -> Floats:
    """Per item: whether it is right, and one."""
    right = np.asarray(items["label"]) == np.asarray(items["predicted"])
    return np.stack([right, np.ones_like(right)], axis=1).astype(np.float64)


def _all_right(items: Items) -> Floats:
    """Per sentence: whether all of it is right, and one."""
    right = np.asarray(items["right"]) == np.asarray(items["tokens"])
    return np.stack([right, np.ones_like(right)], axis=1).astype(np.float64)


def _by_class(items: Items) -> Floats:
    """Per item and class: whether label and prediction both name it, and how many of the two do."""
    label, predicted = np.asarray(items["label"]), np.asarray(items["predicted"])
    classes = np.unique(np.concatenate([label, predicted]))
    is_label, is_predicted = label[:, None] == classes, predicted[:, None] == classes
    return np.concatenate([is_label & is_predicted, is_label.astype(int) + is_predicted], axis=1).astype(np.float64)


def _macro_f1(sums_NK: Floats) -> Floats:
    """Mean over the classes that occur or are predicted."""
    hits, named = np.split(sums_NK, 2, axis=1)
    present = named > 0
    f1 = np.divide(2 * hits, named, out=np.zeros_like(hits), where=present)
    return np.asarray(100 * f1.sum(axis=1) / present.sum(axis=1))


_per_cent = RatioOfSums("right", scale=100.0).values

ACCURACY = Metric(
    "accuracy",
    "max",
    unit="%",
    high=100.0,
    statistics=_right,
    values=_per_cent,
    description="Share of items whose predicted label is the right one.",
    **_LABELS,
)
MACRO_F1 = Metric(
    "macro-f1",
    "max",
    unit="%",
    high=100.0,
    statistics=_by_class,
    values=_macro_f1,
    description="Mean over classes of the harmonic mean of precision and recall. A class that neither occurs nor is "
    "predicted does not count.",
    **_LABELS,
)
TOKEN_ACCURACY = mean_metric(
    "token-accuracy",
    "max",
    "right",
    "tokens",
    scale=100.0,
    kinds=("int64", "int64"),
    unit="%",
    high=100.0,
    description="Share of tokens whose tag is the right one.",
    **_TAGS,
)
SENTENCE_ACCURACY = Metric(
    "sentence-accuracy",
    "max",
    unit="%",
    high=100.0,
    columns={"right": "int64", "tokens": "int64"},
    statistics=_all_right,
    values=_per_cent,
    description="Share of sentences without a wrong tag.",
    **_TAGS,
)
