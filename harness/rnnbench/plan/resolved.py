"""The inputs that move a run's number, resolved to JSON values: what its id is a hash of.

The ids of runs that exist never change. So an input that comes later (a field of a task, a dataset, a model, a recipe
or a budget, or a key beside these) is left out while it has its default, which does what was done before: fields by the
mark :data:`rnnbench.contract.field_values.ADDED`, keys as ``metrics`` is below.
"""

from __future__ import annotations

from typing import Any

from rnnbench.base.numerics import NUMERICS
from rnnbench.contract.field_values import field_values
from rnnbench.plan.sizing import Sized
from rnnbench.prepare import Prepared
from rnnbench.records.schema import Kind
from rnnbench.suite import Budget, Recipe, SuiteModel, SuiteTask


def resolved_run(
    kind: Kind,
    task: SuiteTask,
    data: Prepared,
    model: SuiteModel,
    sized: Sized,
    recipe: Recipe,
    budget: Budget,
    seed: int,
    device: str,
) -> dict[str, Any]:
    """Every input that moves the number of a trained run, as JSON values."""
    core = sized.model
    parts = dict(core.parts())
    trained_with = recipe.resolved()
    trained_with.pop("evaluation_batch")  # no score depends on it
    if (decoder := core.decoder()) is not None:
        parts["decoder"] = decoder
    return {
        "numerics": NUMERICS,
        "kind": kind,
        "model": {
            "label": model.label,
            "name": core.name,
            "version": core.version,
            "fields": field_values(core),
            "parts": {name: f"{part.name} v{part.version}" for name, part in sorted(parts.items())},
            **({"inner_projection": sized.inner} if sized.inner else {}),
        },
        **resolved_task(task, data),
        "recipe": trained_with,
        "budget": budget.resolved(),
        "seed": seed,
        "device": device,
        "precision": "float32",
        "threads": 1,
    }


def resolved_task(task: SuiteTask, data: Prepared) -> dict[str, Any]:
    """What a number owes to its task and data; metrics beside the task's own are named only where there are some."""
    named: list[Any] = [metric.name for metric in task.extra_metrics if metric.source is None]
    extra = [*named, *(metric.source for metric in task.extra_metrics if metric.source), *task.not_loaded]
    return {
        **({"metrics": extra} if extra else {}),
        **({"rank_by": task.rank_by} if task.rank_by else {}),
        "task": {"name": task.task.name, "version": task.task.version, "fields": field_values(task.task)},
        "dataset": {
            "name": task.dataset.name,
            "version": task.dataset.version,
            "fields": field_values(task.dataset),
            "fingerprint": data.fingerprint,
        },
    }
