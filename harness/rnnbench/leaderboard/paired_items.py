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


def paired_variance(
    metric: MetricInfo, first: Sequence[ScoredItems], second: Sequence[ScoredItems]
) -> TestVariance | None:
    """The variance of the difference between two models' means over seeds, from items that both answered.

    Returns:
        None where it cannot be computed: only its plugin can compute the metric, or it is a step function;
        the items do not give the records' scores; or the runs did not answer the same items.
    """
    try:
        with np.errstate(all="ignore"):
            sides = [[_influences(metric, run) for run in runs] for runs in (first, second)]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return None  # items may come from a third party: a column may hold any value
    asked = [key for side in sides for _, key in side]
    if any(key != asked[0] for key in asked) or len(asked[0]) < 2:
        return None
    ours, theirs = ([moves_I for moves_I, _ in side] for side in sides)
    return difference_variance(ours, theirs)


def _influences(metric: MetricInfo, run: ScoredItems) -> tuple[Floats, list[Any]]:
    """How far each item moves the score, and the column that identifies the items."""
    known = planned_metric(metric, run.items)
    if known.identifies is None:
        raise LookupError(f"{metric.name} is a step function, or does not say which items are the same")
    return influences(known.per_item(run.items), known.scaled, run.scaled), list(run.items[known.identifies])
