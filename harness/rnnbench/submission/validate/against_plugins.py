"""Recomputes the metrics of a board that are plugins' own, with the plugins that are installed here.

The names in a record are looked up among them, and no ``evaluate`` module is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rnnbench.contract.metrics import Metric
from rnnbench.discovery import Registry, discover
from rnnbench.metrics import planned_metric
from rnnbench.metrics.scoring import declared_columns, statistics_column
from rnnbench.records.schema import MetricInfo, PlannedTask, Record
from rnnbench.records.storage import ITEMS, PLAN
from rnnbench.submission.problems import Problem, same_number
from rnnbench.submission.read import Columns, Submission, read_submission
from rnnbench.submission.rerun import Refused, rebuild
from rnnbench.submission.validate.scores import Resamples, check_metric, stored_statistics


def check_against_plugins(folder: Path) -> list[Problem]:
    """Everything in a valid submission that the plugins' own metrics contradict."""
    submission, registry = read_submission(folder), discover()
    if submission.plan is None:
        return list(submission.problems)
    problems: list[Problem] = []
    for task in submission.plan.tasks:
        problems += _check_task(submission, task, registry)
    return problems


def _check_task(submission: Submission, task: PlannedTask, registry: Registry) -> Iterator[Problem]:
    resample = Resamples(task.fingerprint)
    records = [one for one in submission.records.values() if one.task == task.label and one.items_sha256 is not None]
    for record in records:
        items, _ = submission.columns(record.id)
        for info in task.metrics:
            if _is_checked_offline(info, items):
                continue
            try:
                metric = _installed(info.name, record, registry)
            except (Refused, LookupError) as error:
                yield Problem(PLAN, f"tasks.{task.label}.metrics.{info.name}", str(error))
                continue
            yield from _check(record, info, metric, items, resample)


def _is_checked_offline(info: MetricInfo, items: Columns) -> bool:
    try:
        planned_metric(info, items)
    except LookupError:
        return False
    return True


def _installed(name: str, record: Record, registry: Registry) -> Metric:
    """The metric of that name: the task's own, or one that a plugin brings.

    Raises:
        Refused: the record's task is not installed.
        LookupError: there is no such metric.
    """
    task, _ = rebuild(record, registry)
    for metric in task.metrics:
        if metric.name == name:
            return metric
    if name not in registry.metrics:
        raise LookupError("is no metric of the plugins installed here")
    return registry.metrics[name]


def _check(record: Record, info: MetricInfo, metric: Metric, items: Columns, resample: Resamples) -> Iterator[Problem]:
    file = f"{ITEMS}/{record.id}.json.gz"
    try:
        columns = declared_columns(metric, items)
    except (ValueError, FloatingPointError) as error:
        yield Problem(file, info.name, str(error))
        return
    if info.statistics and metric.statistics is not None:
        stored = stored_statistics(info.name, items)
        expected_KI = metric.per_item(columns).T
        if len(stored) != len(expected_KI):
            what = f"expected {len(expected_KI)} statistics of each item, got {len(stored)}"
            yield Problem(file, info.name, what)
        for number, (own, got) in enumerate(zip(expected_KI.tolist(), stored, strict=False)):
            if not all(same_number(one, other) for one, other in zip(own, got, strict=True)):
                yield Problem(file, statistics_column(info.name, number), "expected what the items give, got another")
    with np.errstate(all="ignore"):
        yield from check_metric(record, metric, columns, resample)
