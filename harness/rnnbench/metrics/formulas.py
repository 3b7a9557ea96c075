"""``find_formula`` and ``Formula`` of rnnbench 0.1, for plugins that are written for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from rnnbench.contract.arrays import Floats
from rnnbench.contract.items import Items, Kind
from rnnbench.metrics import find_metric


@dataclass(frozen=True)
class Formula:
    """A metric as a function of statistics that are summed over items: what is now part of ``Metric``."""

    metric: str
    direction: Literal["min", "max"]
    columns: Mapping[str, Kind]
    statistics: Callable[[Items], Floats]
    scaled: Callable[[Floats], Floats]
    asked: str | None = None
    ratio: bool = False
    signature: Callable[[], str | None] = lambda: None

    def values(self, totals_NK: Floats) -> Floats:
        """The metric of each of N sums."""
        return find_metric(self.metric, self.columns).of_sums(totals_NK)

    def __call__(self, items: Items) -> float:
        """The metric of all items."""
        return find_metric(self.metric, self.columns).value(items)


def find_formula(metric: str, columns: Iterable[str]) -> Formula:
    """The built-in metric of that name that reads these columns; others may be among them.

    Raises:
        LookupError: there is none.
    """
    found = find_metric(metric, columns)
    return Formula(
        metric,
        found.direction,
        found.columns,
        found.per_item,
        found.scaled,
        found.identifies,
        found.ratio,
        found.signature,
    )
