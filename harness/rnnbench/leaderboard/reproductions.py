"""Our rows beside the published numbers that they reproduce."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench.leaderboard.board import Reproduction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnnbench.leaderboard.board import Row
    from rnnbench.records.schema import MetricInfo, PublishedNumber

_ROUNDING = 1e-9
"""A distance that equals the tolerance up to rounding is within it."""


def reproductions(
    numbers: Iterable[PublishedNumber], rows: Iterable[Row], metric: MetricInfo
) -> Iterator[Reproduction]:
    """Each of a task's published numbers beside the row that reproduces it."""
    by_name = {row.model: row for row in rows}
    for number in numbers:
        row = by_name.get(number.row) if number.row else None
        reached = _reached(number, row, metric)
        ours = row.mean if row is not None and row.complete else None
        yield Reproduction(number, ours, row.n if row is not None else 0, metric.direction, reached)


def _reached(number: PublishedNumber, row: Row | None, metric: MetricInfo) -> bool | None:
    """A row of several seeds is judged by its mean; one that is not complete is not judged."""
    if row is None or row.mean is None or not row.complete or (number.tolerance is None and not number.or_better):
        return None
    worse_by = metric.as_loss(row.mean - number.value)
    distance = max(worse_by, 0.0) if number.or_better else abs(worse_by)
    return distance <= (number.tolerance or 0.0) + _ROUNDING
