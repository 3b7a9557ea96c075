"""Checks a board against the data: fingerprint, counts and chance level in the plan, labels and references in items.

This loads the installed plugins; the names in a record are looked up among them and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rnnbench.contract.datasets import DataMissing, Split
from rnnbench.discovery import Registry, discover
from rnnbench.metrics.translation import REFERENCE, REFERENCE_SUM, without_references
from rnnbench.prepare import Prepared
from rnnbench.records.schema import Kind, PlannedTask, Record, Status
from rnnbench.records.storage import ITEMS, PLAN
from rnnbench.submission.problems import Problem, differs, same_number
from rnnbench.submission.read import Submission, read_submission
from rnnbench.submission.rerun import Refused, prepared_data, rebuild
from rnnbench.submission.validate.outcomes import file_of
from rnnbench.submission.validate.scores import SHARED


def check_against_data(folder: Path, data: Path | None) -> list[Problem]:
    """Everything in a valid submission that the data contradicts."""
    submission, registry = read_submission(folder), discover()
    if submission.plan is None:
        return list(submission.problems)
    problems: list[Problem] = []
    for planned in submission.plan.tasks:
        baseline = _baseline(submission, planned)
        if baseline is None:
            problems.append(Problem(PLAN, f"tasks.{planned.label}", "expected the record of a baseline, got none"))
            continue
        try:
            problems += _check_task(submission, planned, baseline, registry, data)
        except (Refused, DataMissing) as error:
            problems.append(Problem(PLAN, f"tasks.{planned.label}", str(error)))
    return problems


def _baseline(submission: Submission, planned: PlannedTask) -> Record | None:
    """The record of a baseline on this task: it names the task and the dataset, and has items to compare."""
    found = (
        record
        for record in submission.records.values()
        if (record.task, record.kind, record.status) == (planned.label, Kind.BASELINE, Status.DONE)
    )
    return next(found, None)


def _check_task(
    submission: Submission, planned: PlannedTask, baseline: Record, registry: Registry, data: Path | None
) -> Iterator[Problem]:
    task, dataset = rebuild(baseline, registry)
    prepared = prepared_data(task, dataset, data)
    rank_by = baseline.resolved.get("rank_by")
    asked = [one.get("name") if isinstance(one, dict) else one for one in baseline.resolved.get("metrics") or ()]
    of_data: dict[str, Any] = {
        "fingerprint": prepared.fingerprint,
        "counts": prepared.counts,
        "trivial_loss": prepared.trivial_loss,
        "block": task.block,
        "task_version": task.version,
        "items": task.items_are if planned.items is not None else None,
        "metrics": [metric.name for metric in sorted(task.metrics, key=lambda metric: metric.name != rank_by)],
    }
    if rank_by is None:
        of_data["chance"] = prepared.chance
    own = [metric.name for metric in planned.metrics if metric.name not in asked]
    for field, expected in of_data.items():
        got: Any = own if field == "metrics" else getattr(planned, field)
        same = same_number(expected, got) if isinstance(expected, float) else expected == got
        if not same:
            yield differs(PLAN, f"tasks.{planned.label}.{field}", expected, got, "of the data here")
    yield from _check_items(submission, baseline, task, prepared)
    yield from _check_optimum(submission, planned, task, dataset, prepared)


def _check_items(submission: Submission, baseline: Record, task: Any, prepared: Prepared) -> Iterator[Problem]:
    """Recompute the baseline's items: its labels and references are the data's, and the same in all runs."""
    name = baseline.model.removeprefix("baseline:")
    predictor = next((one for one in task.baselines() if one.name == name), None)
    if predictor is None:
        yield differs(
            file_of(baseline), "model", [one.name for one in task.baselines()], name, "a baseline of the task"
        )
        return
    items = predictor.predict(task, prepared.encoding, prepared.arrays(Split.TRAIN), prepared.arrays(Split.TEST))
    got, _ = submission.columns(baseline.id)
    if REFERENCE_SUM in got:
        yield from _check_counts(submission, baseline.task, items.get(REFERENCE, []))
        items = without_references(items)
    for column in SHARED:
        if column in items and list(items[column]) != list(got.get(column, ())):
            yield Problem(f"{ITEMS}/{baseline.id}.json.gz", column, "expected that of the data here, got another")


def _check_counts(submission: Submission, task: str, references: Sequence[str]) -> Iterator[Problem]:
    """The n-gram counts in all items are those of their hypotheses and the data's references."""
    for record in submission.records.values():
        if record.task != task or record.items_sha256 is None:
            continue
        items, _ = submission.columns(record.id)
        hypotheses = items.get("hypothesis", [])
        if len(hypotheses) != len(references):
            continue
        expected = without_references({"hypothesis": hypotheses, REFERENCE: references})
        for column, values in expected.items():
            if values != items.get(column):
                yield Problem(f"{ITEMS}/{record.id}.json.gz", column, "expected that of the data here, got another")


def _check_optimum(
    submission: Submission, planned: PlannedTask, task: Any, dataset: Any, prepared: Prepared
) -> Iterator[Problem]:
    for record in submission.records.values():
        if (record.task, record.kind, record.status) != (planned.label, Kind.OPTIMUM, Status.DONE):
            continue
        values = task.optimum(dataset, prepared.encoding, prepared.test_rows(), prepared.arrays(Split.TEST))
        for metric in sorted(values.keys() | record.metrics.keys()):
            if not same_number(values.get(metric), record.metrics.get(metric)):
                yield differs(file_of(record), f"metrics.{metric}", values.get(metric), record.metrics.get(metric))
