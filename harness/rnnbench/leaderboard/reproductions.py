"""Our rows beside the published numbers that they reproduce."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnnbench.leaderboard.board import Row
    from rnnbench.records.schema import MetricInfo, PublishedNumber

_SLACK = 1e-9
"""A distance that is the tolerance in print is within it, whatever its last bit."""


@dataclass(frozen=True)
class Reproduction:
    """A published number, and ours; ``reached`` is None where nothing of ours was held to it, or has no score yet."""

    number: PublishedNumber
    ours: float | None
    """The mean over seeds."""
    seeds: int
    direction: str
    reached: bool | None

    @property
    def aim(self) -> str:
        """What ours should be, in a few words."""
        number, better = self.number, "at most" if self.direction == "min" else "at least"
        if number.or_better and not number.tolerance:
            return f"{better} {number.value:g}"
        if number.tolerance is None:
            return ""
        return f"{number.value:g} ± {number.tolerance:g}{' or better' if number.or_better else ''}"

    @property
    def sentence(self) -> str:
        """Both numbers, in a line."""
        number = self.number
        theirs = f"published: {number.value:g}, {number.who} ({number.source})"
        if number.row is None:
            return theirs
        ours = f"{number.row} here {'has no result yet' if self.ours is None else f'{self.ours:.4g}'}"
        return "; ".join(part for part in (theirs, ours, f"aim {self.aim}" if self.aim else "", self.outcome) if part)

    @property
    def outcome(self) -> str:
        """``reached``, ``not reached``, or nothing."""
        return {True: "reached", False: "not reached", None: ""}[self.reached]


def reproductions(
    numbers: Iterable[PublishedNumber], rows: Iterable[Row], metric: MetricInfo
) -> Iterator[Reproduction]:
    """Each of a task's published numbers beside the row that reproduces it."""
    by_name = {row.model: row for row in rows}
    for number in numbers:
        row = by_name.get(number.row) if number.row else None
        reached = _reached(number, row, metric.direction)
        ours = row.mean if row is not None and row.complete else None
        yield Reproduction(number, ours, row.n if row is not None else 0, metric.direction, reached)


def _reached(number: PublishedNumber, row: Row | None, direction: str) -> bool | None:
    """A row of several seeds is judged by its mean; one that is not complete is not judged."""
    if row is None or row.mean is None or not row.complete or (number.tolerance is None and not number.or_better):
        return None
    worse_by = (row.mean - number.value) * (1 if direction == "min" else -1)
    distance = max(worse_by, 0.0) if number.or_better else abs(worse_by)
    return distance <= (number.tolerance or 0.0) + _SLACK
