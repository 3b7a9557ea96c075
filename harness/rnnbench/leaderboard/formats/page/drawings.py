"""What is drawn of a table: the data behind its drawings, and the drawings of it by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench.leaderboard.board import RowKind
from rnnbench.leaderboard.formats.page import charts
from rnnbench.records.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnnbench.leaderboard.board import Row, Table
    from rnnbench.leaderboard.efficiency import Cost
    from rnnbench.leaderboard.formats.page.charts import Curve
    from rnnbench.leaderboard.formats.page.svg import Picture
    from rnnbench.leaderboard.results import Results
    from rnnbench.records.schema import Plan, Record


def looks(plan: Plan) -> dict[str, int]:
    """A number for each model's colour and sign: it looks the same wherever it is drawn."""
    return {
        model: look for look, model in enumerate(sorted({run.model for run in plan.runs if run.kind is Kind.TRAIN}))
    }


def models(table: Table) -> list[Row]:
    """The rows that are drawn."""
    return [row for row in table.rows if row.kind is RowKind.MODEL]


def curves(results: Results, table: Table) -> list[Curve]:
    """A learning curve for each model."""
    look = looks(results.plan)
    return [charts.curve(row.model, look[row.model], _trained(results, table, row)) for row in models(table)]


def sizes(table: Table, field: str) -> dict[str, float]:
    """``core_params``, ``params`` or ``state_bytes`` of the models that have some."""
    return {row.model: value for row in models(table) if (value := getattr(row, field))}


def times(spent: Sequence[Cost]) -> dict[str, dict[str, float]]:
    """Seconds of training by kernel class, the only ones that compare; none where there were several machines."""
    if len({cost.machine for cost in spent}) > 1:
        return {}
    found: dict[str, dict[str, float]] = {}
    for cost in spent:
        if cost.train_s > 0:
            found.setdefault(cost.kernel_class, {})[cost.model] = cost.train_s
    return dict(sorted(found.items()))


def drawings(results: Results, table: Table, spent: Sequence[Cost]) -> dict[str, Picture]:
    """Those that the table has data for: learning curves, and its score against what the models cost."""
    look = looks(results.plan)
    costs: dict[str, tuple[str, Mapping[str, float]]] = {
        "parameters": ("parameters in all", sizes(table, "params")),
        "state": ("bytes of state", sizes(table, "state_bytes")),
    }
    for kernels, seconds in times(spent).items():
        costs[f"time-{kernels.replace(' ', '-')}"] = (f"seconds of training, {kernels}", seconds)
    if results.plan.core_params is None:  # else they are all the same
        costs["core-parameters"] = ("parameters of the core", sizes(table, "core_params"))
    found = {"learning-curves": charts.learning_curves(table.label, curves(results, table))}
    found |= {name: charts.against(table, cost, values, look) for name, (cost, values) in costs.items()}
    return {name: drawing for name, drawing in found.items() if drawing}


def _trained(results: Results, table: Table, row: Row) -> list[Record]:
    return [
        results.records[run.id]
        for run in results.plan.runs
        if run.kind is Kind.TRAIN and (run.task, run.model) == (table.label, row.model) and run.id in results.records
    ]
