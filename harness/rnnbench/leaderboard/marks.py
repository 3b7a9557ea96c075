"""What a reader has to know of a row, beyond its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench.records.schema import Kind, Plan, PlannedModel, PlannedRun, PlannedTask, Record, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnnbench.leaderboard.table import Outcome

_BUDGET_TOLERANCE = 0.02


def marks(
    plan: Plan, task: PlannedTask, model: PlannedModel | None, run: PlannedRun, outcomes: Sequence[Outcome]
) -> tuple[str, ...]:
    """A few words each; adapters, overrides and budgets, what was learned, and the records' own notes."""
    found = []
    adapter = next((record.adapter for _, record in outcomes if record.adapter), run.adapter)
    if adapter and adapter != "native":
        found.append(f"adapter: {adapter}")
    if model and model.overrides and run.kind is Kind.TRAIN:
        found.append("own recipe: " + ", ".join(f"{name}={value}" for name, value in sorted(model.overrides.items())))
    budget = _core_budget(plan, run)
    off = next((record.core_params for _, record in outcomes if _is_off(record.core_params, budget)), None)
    if off:
        found.append(f"outside the budget: {off:,} of {budget:,} core parameters")
    grid = (plan.tune or {}).get("learning_rate")
    edges = (grid[0], grid[-1]) if isinstance(grid, list | tuple) and grid else ()
    if any(record.chosen.get("learning_rate") in edges for _, record in outcomes):
        found.append("tuning chose the edge of its grid")
    trivial = sum(_is_trivial(record, task) for _, record in outcomes)
    if trivial:
        found.append(f"at the trivial level on validation: {trivial} of {len(outcomes)}")
    diverged = sum(record.status is Status.DIVERGED for _, record in outcomes)
    if diverged:
        found.append(f"diverged: {diverged} of {len(outcomes)}, scored as chance")
    return (*found, *sorted({note for _, record in outcomes for note in record.notes}))


def _core_budget(plan: Plan, run: PlannedRun) -> int | None:
    """The core parameters that this run was to have: the task's own budget, or the suite's."""
    own = run.resolved.get("budget")
    size = own.get("core_params") if isinstance(own, dict) else plan.core_params
    return size if isinstance(size, int) and size > 0 and run.kind is Kind.TRAIN else None


def _is_off(size: int | None, budget: int | None) -> bool:
    return size is not None and budget is not None and abs(size - budget) > _BUDGET_TOLERANCE * budget


def _is_trivial(record: Record, task: PlannedTask) -> bool:
    loss = record.best_validation_loss
    return record.status is Status.DONE and loss is not None and loss >= task.trivial_loss
