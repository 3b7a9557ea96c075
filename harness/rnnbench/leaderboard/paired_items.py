"""The test-set variance of a difference, from the items of two models' records that answered the same test items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnbench.metrics import planned_metric
from rnnbench.statistics.pairing import TestVariance, difference_variance, influences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnnbench.records.schema import MetricInfo
    from rnnbench.statistics.pairing import Floats


@dataclass(frozen=True)
class ScoredItems:
    """A run's items, and its score on the scale where scores are averaged."""

    items: Mapping[str, Sequence[Any]]
    scaled: float


@dataclass(frozen=True)
class Moves:
    """How far each item moves the score of each of a model's runs, and the values that identify the items."""

    runs: tuple[Floats, ...]
    asked: tuple[Any, ...]


def item_moves(metric: MetricInfo, runs: Sequence[ScoredItems]) -> Moves | None:
    """What each item contributes to the score of each run of one model.

    Returns:
        None where it cannot be computed: only its plugin can compute the metric, or it is a step function; the items
        do not give the records' scores; or the runs did not answer the same items.
    """
    try:
        with np.errstate(all="ignore"):
            found = [_influences(metric, run) for run in runs]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return None  # items may come from a third party: a column may hold any value
    asked = found[0][1]
    if any(key != asked for _, key in found):
        return None
    return Moves(tuple(moves_I for moves_I, _ in found), tuple(asked))


def paired_variance(first: Moves | None, second: Moves | None) -> TestVariance | None:
    """The variance of the difference between two models' means over seeds, from items that both answered.

    Returns:
        None where either is unknown, or they did not answer the same items.
    """
    if first is None or second is None or first.asked != second.asked or len(first.asked) < 2:
        return None
    return difference_variance(first.runs, second.runs)


def _influences(metric: MetricInfo, run: ScoredItems) -> tuple[Floats, list[Any]]:
    """How far each item moves the score, and the column that identifies the items."""
    known = planned_metric(metric, run.items)
    if known.identifies is None:
        raise LookupError(f"{metric.name} is a step function, or does not say which items are the same")
    return influences(known.per_item(run.items), known.scaled, run.scaled), list(run.items[known.identifies])
