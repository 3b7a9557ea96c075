"""Results folders as a table for analysis: one row a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnbench.records.schema import Plan, PlannedRun, Record
from rnnbench.records.storage import read_plan, read_records

if TYPE_CHECKING:
    import pandas as pd

_RECORD_FIELDS = (
    "status",
    "reason",
    "best_step",
    "best_validation_loss",
    "steps",
    "positions",
    "state_bytes",
    "kernel",
    "wall_s",
    "cpu_s",
    "train_s",
    "positions_per_s",
    "peak_bytes",
)


def load_results(*folders: str | Path) -> pd.DataFrame:
    """One row a planned run of these results folders, with a column for each metric, named as the metric.

    Runs without a record have the status ``pending``. Times are in seconds, sizes in bytes and parameters.

    Raises:
        StorageError: a folder has no plan, or it cannot be read.
        DamagedFile: a plan is not one.
    """
    import pandas as pd  # noqa: PLC0415  takes longer to import than all else

    rows: list[dict[str, Any]] = []
    for folder in map(Path, folders):
        plan, records = read_plan(folder), read_records(folder)
        rows += [_row(plan, run, records.get(run.id)) for run in plan.runs]
    return pd.DataFrame(rows)


def _row(plan: Plan, run: PlannedRun, record: Record | None) -> dict[str, Any]:
    task = next(task for task in plan.tasks if task.label == run.task)
    chosen = record.chosen if record else {}
    recipe = run.resolved.get("recipe")
    row: dict[str, Any] = {
        "suite": plan.suite,
        "run": run.id,
        "kind": str(run.kind),
        "table": run.task,
        "task": task.task,
        "dataset": task.dataset,
        "model": run.model,
        "family": run.family,
        "seed": run.seed,
        "core_params": run.core_params,
        "params": run.params,
        "adapter": run.adapter,
        "learning_rate": chosen.get("learning_rate", recipe.get("learning_rate") if isinstance(recipe, dict) else None),
    }
    row |= {name: getattr(record, name) if record else None for name in _RECORD_FIELDS}
    row["status"] = str(record.status) if record else "pending"
    return row | (dict(record.metrics) if record else {})
