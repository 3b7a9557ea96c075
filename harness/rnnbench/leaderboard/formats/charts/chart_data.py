"""The data that the charts of a table show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench.leaderboard.board import RowKind
from rnnbench.leaderboard.consistency import LARGEST
from rnnbench.records.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnnbench.leaderboard.board import Row, Table
    from rnnbench.leaderboard.efficiency import Cost
    from rnnbench.leaderboard.results import Results
    from rnnbench.records.schema import Plan, Record

_MOST_POINTS = 200


@dataclass(frozen=True)
class Curve:
    """Validation losses along training: at each step the positions so far, and the seeds' mean, least and largest."""

    model: str
    look: int
    points: tuple[tuple[float, float, float, float], ...]


def curve(model: str, look: int, records: Iterable[Record]) -> Curve:
    """One model's seeds, step by step."""
    steps: dict[int, list[tuple[int, float]]] = {}
    for record in records:
        for point in record.history:
            if max(abs(point.validation_loss), abs(point.positions)) < LARGEST:
                steps.setdefault(point.step, []).append((point.positions, point.validation_loss))
    points = []
    every = -(-len(steps) // _MOST_POINTS) or 1
    for step in sorted(steps)[::-1][::every][::-1]:
        losses = [loss for _, loss in steps[step]]
        positions = sum(count for count, _ in steps[step]) / len(losses)
        points.append((positions, sum(losses) / len(losses), min(losses), max(losses)))
    return Curve(model, look, tuple(points))


def looks(plan: Plan) -> dict[str, int]:
    """A number for each model's colour and marker, the same in all charts of a board."""
    return {
        model: look for look, model in enumerate(sorted({run.model for run in plan.runs if run.kind is Kind.TRAIN}))
    }


def models(table: Table) -> list[Row]:
    """The rows that charts show."""
    return [row for row in table.rows if row.kind is RowKind.MODEL]


def curves(results: Results, table: Table) -> list[Curve]:
    """A learning curve for each model."""
    look = looks(results.plan)
    return [curve(row.model, look[row.model], _trained(results, table, row)) for row in models(table)]


def sizes(table: Table, field: str) -> dict[str, float]:
    """``core_params``, ``params`` or ``state_bytes`` of the models that have some."""
    return {row.model: value for row in models(table) if (value := getattr(row, field))}


def times(spent: Sequence[Cost]) -> dict[str, dict[str, float]]:
    """Seconds of training of each model, by kernel class, within which they compare; none with several machines."""
    if len({cost.machine for cost in spent}) > 1:
        return {}
    seconds: dict[str, dict[str, float]] = {}
    for cost in spent:
        if cost.train_s > 0:
            seconds.setdefault(cost.kernel_class, {})[cost.model] = cost.train_s
    return dict(sorted(seconds.items()))


def _trained(results: Results, table: Table, row: Row) -> list[Record]:
    return [
        results.records[run.id]
        for run in results.plan.runs
        if run.kind is Kind.TRAIN and (run.task, run.model) == (table.label, row.model) and run.id in results.records
    ]
