"""Our rows beside the published numbers that they reproduce."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnnbench.leaderboard.board import Row, Table
    from rnnbench.records.schema import MetricInfo, PublishedNumber

_SLACK = 1e-9
"""A distance that is the tolerance in print is within it, whatever its last bit."""


@dataclass(frozen=True)
class Reproduction:
    """A published number, and ours; ``reached`` is None where nothing of ours was held to it, or has no score yet."""

    number: PublishedNumber
    metric: MetricInfo
    ours: Row | None
    reached: bool | None

    @property
    def aim(self) -> str:
        """What ours should be, in a few words."""
        number, better = self.number, "at most" if self.metric.direction == "min" else "at least"
        if number.or_better and not number.tolerance:
            return f"{better} {number.value:g}"
        if number.tolerance is None:
            return ""
        return f"{number.value:g} ± {number.tolerance:g}{' or better' if number.or_better else ''}"

    @property
    def outcome(self) -> str:
        """``reached``, ``not reached``, or nothing."""
        return {True: "reached", False: "not reached", None: ""}[self.reached]


def reproductions(numbers: Iterable[PublishedNumber], tables: Iterable[Table]) -> Iterator[Reproduction]:
    """Each published number beside the row that reproduces it."""
    by_label = {table.label: table for table in tables}
    for number in numbers:
        if (table := by_label.get(number.task)) is None:
            continue
        row = next((row for row in table.rows if row.model == number.row), None)
        yield Reproduction(number, table.metric, row, _reached(number, row, table.metric.direction))


def _reached(number: PublishedNumber, row: Row | None, direction: str) -> bool | None:
    """A row of several seeds is judged by its mean; one that is not complete is not judged."""
    if row is None or row.mean is None or not row.complete or (number.tolerance is None and not number.or_better):
        return None
    worse_by = (row.mean - number.value) * (1 if direction == "min" else -1)
    distance = max(worse_by, 0.0) if number.or_better else abs(worse_by)
    return distance <= (number.tolerance or 0.0) + _SLACK
