"""Metrics as a plugin brings them."""

from __future__ import annotations

import numpy as np
import scipy.stats

from rnnbench import Metric, mean_metric


def by_label(items):
    """Per item: whether it is a right ``positive``, and one."""
    label, predicted = np.asarray(items["label"]), np.asarray(items["predicted"])
    return np.stack([label == predicted, np.ones(len(label))], axis=1).astype(np.float64)


def share(sums_NK):
    return sums_NK[:, 0] / sums_NK[:, 1]


def spearman(items):
    """No function of sums."""
    wrong = np.asarray(items["label"]) != np.asarray(items["predicted"])
    return float(scipy.stats.spearmanr(wrong, items["nll"]).statistic) if 0 < wrong.sum() < len(wrong) else 0.0


LABELS = {"label": "string", "predicted": "string"}
SHARE = Metric("share", "max", high=1.0, columns=LABELS, statistics=by_label, values=share, identifies="label")
SPEARMAN = Metric("spearman", "max", low=-1.0, high=1.0, columns={**LABELS, "nll": "float64"}, of_items=spearman)
MEAN_NLL = mean_metric("mean-nll", "min", "nll", unit="nats", identifies="label", bounds={"nll": (0, float("inf"))})
