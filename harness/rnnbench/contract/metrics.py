"""What a metric declares; its implementation, an ``evaluate.Metric``, is imported only when it scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Metric:
    """A score of test items.

    ``implementation`` is ``"module:Class"``, a subclass of :class:`rnnbench.metrics.ItemMetric`.
    ``ratio`` metrics (perplexity) are averaged geometrically and compared on the log.
    ``low`` and ``high`` bound the values that are possible.
    """

    name: str
    direction: Literal["min", "max"]
    implementation: str
    unit: str = ""
    low: float = 0.0
    high: float = float("inf")
    ratio: bool = False
