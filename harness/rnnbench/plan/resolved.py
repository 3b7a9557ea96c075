"""The inputs that move a run's number, resolved to JSON values: what its id is a hash of."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from rnnbench.base.numerics import NUMERICS
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
    if (decoder := core.decoder()) is not None:
        parts["decoder"] = decoder
    return {
        "numerics": NUMERICS,
        "kind": kind,
        "model": {
            "label": model.label,
            "name": core.name,
            "version": core.version,
            "fields": fields(core),
            "parts": {name: f"{part.name} v{part.version}" for name, part in sorted(parts.items())},
            **({"inner_projection": sized.inner} if sized.inner else {}),
        },
        **resolved_task(task, data),
        "recipe": recipe.model_dump(exclude={"evaluation_batch"}),  # no score depends on it
        "budget": budget.model_dump(exclude_none=True),
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
        "task": {"name": task.task.name, "version": task.task.version, "fields": fields(task.task)},
        "dataset": {
            "name": task.dataset.name,
            "version": task.dataset.version,
            "fields": fields(task.dataset),
            "fingerprint": data.fingerprint,
        },
    }


def fields(thing: Any) -> dict[str, Any]:
    """A dataclass's fields as JSON values (tuples become lists)."""
    values: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(thing)))
    return values
