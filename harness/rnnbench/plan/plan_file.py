"""What a plan says of its tasks and models, so that a leaderboard needs neither of them."""

from __future__ import annotations

import math
from dataclasses import asdict

from rnnbench.contract.field_values import field_values
from rnnbench.contract.metrics import Metric
from rnnbench.discovery import Registry
from rnnbench.metrics import NAMES, keeps_statistics
from rnnbench.prepare import Prepared
from rnnbench.records.schema import MetricInfo, PlannedModel, PlannedSums, PlannedTask
from rnnbench.suite import Suite, SuiteModel, SuiteTask


def planned_task(task: SuiteTask, data: Prepared, suite: Suite, chance: float) -> PlannedTask:
    """A table: what is asked, of which data, and what a reader has to know of it."""
    return PlannedTask(
        label=task.label,
        task=task.task.name,
        task_version=task.task.version,
        fields=field_values(task.task),
        dataset=task.dataset.name,
        dataset_fields=field_values(task.dataset),
        fingerprint=data.fingerprint,
        counts=data.counts,
        metrics=tuple(_metric_info(metric, asked=metric in task.extra_metrics) for metric in task.metrics),
        block=task.task.block,
        chance=chance,
        trivial_loss=data.trivial_loss,
        notes=(*_budget_note(task, suite), *task.task.remarks(), *data.notes),
        items=task.task.items_are,
    )


def _metric_info(metric: Metric, asked: bool) -> MetricInfo:
    """A metric for who has no plugin: its range, and how it is computed where that is not built in.

    A plan is strict JSON: an infinite bound is none.
    """
    sums = metric.sums if metric.name not in NAMES else None
    return MetricInfo(
        name=metric.name,
        direction=metric.direction,
        unit=metric.unit,
        ratio=metric.ratio,
        low=metric.low if math.isfinite(metric.low) else None,
        high=metric.high if math.isfinite(metric.high) else None,
        asked=asked,
        sums=PlannedSums(**asdict(sums), identifies=metric.identifies) if sums else None,
        statistics=keeps_statistics(metric),
    )


def _budget_note(task: SuiteTask, suite: Suite) -> tuple[str, ...]:
    """What this table's budget is, where it is not the suite's."""
    if task.budget == suite.budget:
        return ()
    usual, own = suite.budget.model_dump(), task.budget.model_dump(exclude_none=True)
    other = {name.replace("_", " "): value for name, value in own.items() if value != usual[name]}
    return ("budget here: " + ", ".join(f"{value:,} {unit}" for unit, value in other.items()),)


def planned_model(model: SuiteModel, registry: Registry) -> PlannedModel:
    """A row: where its code comes from, and what the suite sets for it alone."""
    plugin = registry.provider("models", model.model.name)
    return PlannedModel(
        label=model.label,
        model=model.model.name,
        family=str(model.model.family),
        paper=model.model.paper,
        version=model.model.version,
        distribution=f"{plugin.distribution} {plugin.version}",
        overrides=dict(model.recipe_overrides),
    )
