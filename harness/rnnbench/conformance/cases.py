"""The laws for each kind of plugin, and the cases of one plugin: a case is one law and one subject."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnbench.conformance import (
    dataset_laws,
    executor_laws,
    metric_laws,
    model_learning,
    model_rows,
    model_shapes,
    model_time,
    task_laws,
)
from rnnbench.conformance.findings import Finding, Law
from rnnbench.conformance.model_in_role import ModelInRole
from rnnbench.conformance.task_on_data import TaskOnData
from rnnbench.contract.batches import Columns
from rnnbench.contract.datasets import Dataset
from rnnbench.contract.execution import ExecutorFactory
from rnnbench.contract.metrics import Metric
from rnnbench.contract.models import Model
from rnnbench.contract.tasks import Task

MODEL_LAWS: tuple[Law[ModelInRole], ...] = (
    model_shapes.shapes,
    model_shapes.meta_device,
    model_shapes.sizes,
    model_time.causality,
    model_time.chunks,
    model_time.step_by_step,
    model_time.state_gradient,
    model_time.state_bytes,
    model_rows.padding,
    model_rows.reach,
    model_rows.rows,
    model_rows.state_rows,
    model_rows.own_encoder,
    model_learning.seed,
    model_learning.learned,
    model_learning.overfits,
)
TASK_LAWS: tuple[Law[TaskOnData], ...] = (
    task_laws.declared,
    task_laws.storable,
    task_laws.batches,
    task_laws.well_formed,
    task_laws.fixed_test,
    task_laws.scored_once,
    task_laws.complete,
    task_laws.perfect,
    task_laws.chance,
    task_laws.baselines,
    task_laws.learnable,
)
DATASET_LAWS: tuple[Law[dataset_laws.DatasetInFolder], ...] = (
    dataset_laws.declared,
    dataset_laws.typed_rows,
    dataset_laws.repeatable,
    dataset_laws.splits,
    dataset_laws.absence,
    dataset_laws.optimum,
)
METRIC_LAWS: tuple[Law[metric_laws.MetricOnItems], ...] = (
    metric_laws.declared,
    metric_laws.pickled,
    metric_laws.item_by_item,
    metric_laws.order,
    metric_laws.sums_alone,
    metric_laws.in_range,
)
EXECUTOR_LAWS: tuple[Law[executor_laws.ExecutorOnRun], ...] = (
    executor_laws.declared,
    executor_laws.same_numbers,
    executor_laws.killed_worker,
    executor_laws.stop,
    executor_laws.time_limit,
    executor_laws.memory_limit,
)


@dataclass(frozen=True)
class Case:
    """One law and one subject; ``named`` is the name of the subject in a table."""

    law: Law[Any]
    subject: Any
    named: str

    def examine(self) -> Finding:
        """Apply the law to the subject."""
        return self.law.examine(self.subject, self.named)


def model_cases(model: Model) -> list[Case]:
    """The law of what a model declares, then every law in each of its roles."""
    found = [Case(model_shapes.declared, model, type(model).__name__)]
    for role in sorted(model.roles):
        subject = ModelInRole(model, role)
        found += [Case(law, subject, f"{model.name} as {role}") for law in MODEL_LAWS]
    return found


def task_cases(task: Task, dataset: Dataset, folder: Path | None = None) -> list[Case]:
    """Every law over a task on a dataset; ``folder`` holds the data of a dataset that is not embedded."""
    subject = TaskOnData(task, dataset, folder)
    return [Case(law, subject, f"{task.name} on {dataset.name}") for law in TASK_LAWS]


def dataset_cases(dataset: Dataset, folder: Path | None = None) -> list[Case]:
    """Every law over a dataset; ``folder`` holds the data of a dataset that is not embedded."""
    subject = dataset_laws.DatasetInFolder(dataset, folder)
    return [Case(law, subject, dataset.name) for law in DATASET_LAWS]


def metric_cases(metric: Metric, items: Columns | None = None) -> list[Case]:
    """Every law over a metric, on ``items`` or on generated columns."""
    subject = metric_laws.MetricOnItems(metric, items)
    return [Case(law, subject, metric.name) for law in METRIC_LAWS]


def executor_cases(name: str, factory: ExecutorFactory) -> list[Case]:
    """Every law over an executor; each starts a process or two on this machine."""
    subject = executor_laws.ExecutorOnRun(factory)
    return [Case(law, subject, name) for law in EXECUTOR_LAWS]
