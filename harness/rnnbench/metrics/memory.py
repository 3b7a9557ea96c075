"""Tests of memory: right answers, and whether a run solved its task: 100 or 0, so that a mean is the share that did."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnbench.contract.metrics import Metric, RatioOfSums, mean_metric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnnbench.contract.arrays import Floats

SOLVED_MSE = 0.01
"""Adding is solved below this mean squared error on the test rows."""
SOLVED_RECALL = 99.0
"""Recall is solved above this share of right answers on the test rows, in per cent."""

_RIGHT = RatioOfSums("right", "count", 100.0)
_ERROR = RatioOfSums("squared_error", "count")
_SOLVED: Mapping[str, Any] = {"unit": "%", "high": 100.0}


def _recall_solved(sums_NK: Floats) -> Floats:
    return np.where(_RIGHT.values(sums_NK) > SOLVED_RECALL, 100.0, 0.0)


def _adding_solved(sums_NK: Floats) -> Floats:
    return np.where(_ERROR.values(sums_NK) < SOLVED_MSE, 100.0, 0.0)


RECALLED = mean_metric(
    "recalled",
    "max",
    "right",
    "count",
    scale=100.0,
    kinds=("int64", "int64"),
    unit="%",
    high=100.0,
    bounds={"right": (0, "count"), "count": (0, math.inf)},
    description="Share of answers that are right.",
)
RECALL_SOLVED = Metric(
    "solved",
    "max",
    columns={"right": "int64", "count": "int64"},
    statistics=_RIGHT.statistics,
    values=_recall_solved,
    description=f"Whether more than {SOLVED_RECALL:g} % of the answers are right.",
    **_SOLVED,
)
ADDING_SOLVED = Metric(
    "solved",
    "max",
    columns={"squared_error": "float64", "count": "int64"},
    statistics=_ERROR.statistics,
    values=_adding_solved,
    description=f"Whether the mean squared error is below {SOLVED_MSE:g}.",
    **_SOLVED,
)
