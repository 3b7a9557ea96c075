"""Notes on a row: adapters, overrides and budgets, tuning at the edge of its grid, failed learning, divergence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench.records.schema import BUDGET_TOLERANCE, Kind, Plan, PlannedModel, PlannedRun, PlannedTask, Record, Status

if TYPE_CHECKING:
    from collections.abc import Sequence


def row_notes(
    plan: Plan, task: PlannedTask, model: PlannedModel | None, run: PlannedRun, records: Sequence[Record]
) -> tuple[str, ...]:
    """Notes of a few words each, and the records' own.

    Args:
        plan: the plan of the board.
        task: the row's task.
        model: the row's model; None for a baseline or the optimum.
        run: any planned run of the row.
        records: those of the row's runs that have an outcome.
    """
    notes = []
    adapter = next((record.adapter for record in records if record.adapter), run.adapter)
    if adapter and adapter != "native":
        notes.append(adapter.removeprefix("native, ") if adapter.startswith("native, ") else f"adapter: {adapter}")
    if model and model.overrides and run.kind is Kind.TRAIN:
        notes.append("own recipe: " + ", ".join(f"{name}={value}" for name, value in sorted(model.overrides.items())))
    budget = _core_budget(plan, run)
    off = next((record.core_params for record in records if _is_off(record.core_params, budget)), None)
    if off:
        notes.append(f"outside the budget: {off:,} of {budget:,} core parameters")
    grid = (plan.tune or {}).get("learning_rate")
    edges = (grid[0], grid[-1]) if isinstance(grid, list | tuple) and grid else ()
    if any(record.chosen.get("learning_rate") in edges for record in records):
        notes.append("tuning chose the edge of its grid")
    trivial = sum(_is_trivial(record, task) for record in records)
    if trivial:
        notes.append(f"at the trivial level on validation: {trivial} of {len(records)}")
    diverged = sum(record.status is Status.DIVERGED for record in records)
    if diverged:
        notes.append(f"diverged: {diverged} of {len(records)}, scored as chance")
    return (*notes, *sorted({note for record in records for note in record.notes}))


def _core_budget(plan: Plan, run: PlannedRun) -> int | None:
    """The core parameters that a run is to have, by its task's own budget or else the suite's; None if unlimited."""
    own = run.resolved.get("budget")
    size = own.get("core_params") if isinstance(own, dict) else plan.core_params
    return size if isinstance(size, int) and size > 0 and run.kind is Kind.TRAIN else None


def _is_off(size: int | None, budget: int | None) -> bool:
    return size is not None and budget is not None and abs(size - budget) > BUDGET_TOLERANCE * budget


def _is_trivial(record: Record, task: PlannedTask) -> bool:
    loss = record.best_validation_loss
    return record.status is Status.DONE and loss is not None and loss >= task.trivial_loss
