"""Reruns a published record from its resolved inputs alone.

Names are looked up among the installed plugins only. A record that names a path, or exceeds the limits below, is
refused before anything is built.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from rnnbench.base.containment import third_party_code
from rnnbench.base.errors import UserError
from rnnbench.base.messages import first_invalid_field, format_cause, shown
from rnnbench.contract.datasets import DataMissing, Dataset
from rnnbench.contract.execution import ExecutorOptions
from rnnbench.contract.tasks import Task
from rnnbench.discovery import Registry
from rnnbench.execute.executors import make_executor
from rnnbench.execute.scheduler import Display, Settings, execute
from rnnbench.plan import Assignment, Draft, Unplannable, draft
from rnnbench.prepare import Prepared, cache_folder, prepare
from rnnbench.records.run_id import run_id
from rnnbench.records.schema import Kind, Record
from rnnbench.records.storage import read_records
from rnnbench.submission.problems import differences
from rnnbench.suite import Budget, Limits, Margin, Recipe, Suite, SuiteModel, SuiteTask, Tune
from rnnbench.suite.metrics import find_metrics
from rnnbench.suite.plugins import create, find
from rnnbench.suite.problems import SuiteError
from rnnbench.suite.yaml_positions import Document

LARGEST_NUMBER = 10**7
"""The largest number in a plugin's fields, as of rows, a width or a length."""
MOST_STEPS = 10**6
MOST_CORE_PARAMS = 10**9
MOST_VALUES = 1000
MEMORY_LIMIT_BYTES = 32 * 10**9
"""The memory limit of a rerun."""

_PATH = re.compile(r"[/\\\0]|^\.|^~|\.[A-Za-z0-9]{1,5}$")
_FILE_FIELDS = {"path", "file", "files", "folder", "train", "validation", "test"}

S = TypeVar("S", bound=BaseModel)


class Refused(UserError):
    """A record cannot be rerun. The message says why."""


@dataclass(frozen=True)
class Rerun:
    """A run to carry out again: its assignment, a draft that plans nothing else, and the tuned values."""

    draft: Draft
    assignment: Assignment
    chosen: Mapping[str, float]


def plan_rerun(record: Record, registry: Registry, data: Path | None, device: str) -> Rerun:
    """Rebuild the run of a record from its resolved inputs alone.

    Args:
        record: the record to check.
        registry: what is installed, from :func:`rnnbench.discovery.discover`.
        data: the folder of public data, or None.
        device: the class of device, ``cpu`` or ``cuda``.

    Raises:
        Refused: it names what is not installed or a path, asks for too much, or would be another run here.
        DataMissing: its data is not here.
    """
    if run_id(record.resolved) != record.id:
        raise Refused(
            f"id: expected {run_id(record.resolved)}, the hash of its resolved inputs, got {shown(record.id)}"
        )
    _refuse_paths_and_sizes(record)
    if record.resolved.get("device", device) != device:
        raise Refused(f"it was run on {record.resolved['device']}, and this is {device}: give --device")
    suite = _suite(record, registry)
    task = suite.tasks[0]
    prepared = prepared_data(task.task, task.dataset, data)
    try:
        drafted = draft(suite, {task.label: prepared}, registry, device)
    except Unplannable as error:
        raise Refused(str(error)) from error
    candidates = [_as_recorded(one, record) for one in drafted.assignments.values() if one.run.model == record.model]
    candidates = [one for one in candidates if (one.run.kind, one.run.seed) == (record.kind, record.seed)]
    for one in candidates:
        if one.run.id == record.id:
            return Rerun(Draft(drafted.plan, {record.id: one}), one, record.chosen)
    raise Refused(_why_id_differs(record, candidates))


def not_loaded(record: Record, rerun: Rerun) -> list[str]:
    """The metrics of a record that a rerun does not compute: ``evaluate`` modules are loaded from nowhere else."""
    task = rerun.assignment.task
    computed = {metric.name for metric in task.metrics}
    named = {str(module.get("name")) for module in task.not_loaded}
    return sorted((named & record.metrics.keys()) - computed)


def execute_rerun(rerun: Rerun, registry: Registry, folder: Path, device: str, display: Display) -> Record | None:
    """Carry out a rerun on this machine, in an empty results folder; None if it left no record."""
    settings = Settings(
        folder=folder,
        device=device,
        jobs=1,
        checkpoint_s=3600.0,
        limits=Limits(memory=f"{MEMORY_LIMIT_BYTES // 10**9}GB"),  # type: ignore[arg-type]  # as a suite gives it
        stopping=lambda: False,
    )
    run = rerun.assignment.run
    executor = make_executor("local", registry, ExecutorOptions(jobs=1, device=device))
    execute(rerun.draft, [run.id], settings, executor, display, registry)
    found = read_records(folder).get(run.id)
    return found and found.model_copy(update={"chosen": dict(rerun.chosen)})


def rebuild(record: Record, registry: Registry) -> tuple[Task, Dataset]:
    """The task and the dataset that a record names.

    Raises:
        Refused: they are not installed, or it names a path or asks for too much.
    """
    _refuse_paths_and_sizes(record)
    document = Document(f"{record.id}.json")
    task = _plugin("task", record.resolved, registry, document)
    dataset = _plugin("dataset", record.resolved, registry, document)
    if document.problems or task is None or dataset is None:
        raise Refused(str(SuiteError(document.problems)))
    return task, dataset


def prepared_data(task: Task, dataset: Dataset, data: Path | None) -> Prepared:
    """The prepared data of a task, as a run reads it.

    Raises:
        Refused: the task's options do not fit it.
        DataMissing: it is missing, or is not what was published.
    """

    def failed(error: BaseException) -> Refused:
        return Refused(f"{task.name} on {dataset.name}: {format_cause(error)}")

    with third_party_code(failed, passing=(DataMissing, OSError)):
        dataset.verify(data)
        return prepare(task, dataset, data, cache_folder())


def _as_recorded(assignment: Assignment, record: Record) -> Assignment:
    """The assignment with the tuned values in place of the grid; for the record of a tuning run, that tuning run."""
    recipe, run = assignment.recipe, assignment.run
    if record.chosen:
        recipe = recipe.override(record.chosen)
    if record.kind is Kind.TUNE and run.kind is Kind.TRAIN:
        resolved = {**run.resolved, "kind": str(Kind.TUNE)}
        run = run.model_copy(update={"kind": Kind.TUNE, "resolved": resolved, "id": run_id(resolved)})
    return dataclasses.replace(assignment, recipe=recipe, run=run, tune=())


def _why_id_differs(record: Record, candidates: list[Assignment]) -> str:
    if not candidates:
        return f"nothing here is a {record.kind} run of {shown(record.model)}, or it cannot run on this task"
    found = differences(record.resolved, json.loads(json.dumps(candidates[0].run.resolved)))
    lines = [f"{field}: {shown(theirs)} in the record, {shown(ours)} here" for field, theirs, ours in found[:5]]
    return "it would be another run here; " + "; ".join(lines or ["its id is not that of its inputs"])


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _suite(record: Record, registry: Registry) -> Suite:
    """A suite of the record's one model, task and seed, with its resolved fields."""
    resolved, document = record.resolved, Document(f"{record.id}.json")
    trained = record.kind in (Kind.TRAIN, Kind.TUNE)
    task, dataset = rebuild(record, registry)
    model = _plugin("model", resolved, registry, document) if trained else None
    asked = _listed(resolved.get("metrics"))
    modules = tuple(entry for entry in asked if isinstance(entry, dict))
    names = [str(entry) for entry in asked if not isinstance(entry, dict)]
    extra = tuple(find_metrics(names, task, ("metrics",), registry, document, Path()))
    rank_by = resolved.get("rank_by")
    if not isinstance(rank_by, str | None):
        raise Refused(f"resolved.rank_by: expected the name of a metric, got {shown(rank_by)}")
    if document.problems:
        raise Refused(str(SuiteError(document.problems)))
    budget = _typed(Budget, resolved.get("budget", {"steps": 1}), "budget")
    recipe = _typed(Recipe, {**resolved.get("recipe", {}), **_tuned_rate(record)}, "recipe")
    tune = _typed(Tune, resolved["tune"], "tune") if resolved.get("tune") else None
    if not trained:
        budget = Budget(steps=1)
    return Suite(
        name="verify",
        description="",
        path=Path(document.path),
        seeds=() if record.seed is None else (record.seed,),
        budget=budget,
        recipe=recipe,
        tune=tune,
        limits=Limits(),
        margin=Margin(),
        models=() if model is None else (SuiteModel(label=record.model, model=model, recipe_overrides={}),),
        tasks=(
            SuiteTask(
                label=record.task,
                task=task,
                dataset=dataset,
                budget=budget,
                recipe=recipe,
                extra_metrics=extra,
                rank_by=rank_by,
                not_loaded=modules,
            ),
        ),
    )


def _tuned_rate(record: Record) -> Mapping[str, float]:
    """The learning rate that tuning chose, to be validated with the recipe; empty if nothing was tuned."""
    if record.chosen.keys() - {"learning_rate"}:
        raise Refused(f"chosen: expected a learning rate, got {shown(record.chosen)}")
    return record.chosen


def _plugin(kind: Any, resolved: Mapping[str, Any], registry: Registry, document: Document) -> Any:
    named = resolved.get(kind)
    if not isinstance(named, dict) or not isinstance(named.get("name"), str):
        raise Refused(f"resolved.{kind}: expected its name and fields, got {shown(named)}")
    cls = find(kind, named["name"], ("resolved", kind, "name"), registry, document)
    return create(cls, named.get("fields", {}), ("resolved", kind), document) if cls else None


def _typed(schema: type[S], values: Any, name: str) -> S:
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        raise Refused(first_invalid_field(error, f"resolved.{name}")) from error


def _refuse_paths_and_sizes(record: Record) -> None:
    resolved = record.resolved
    for kind in ("task", "dataset", "model"):
        named = resolved.get(kind)
        fields = named.get("fields", {}) if isinstance(named, dict) else {}
        for at, value in _leaves(fields, f"resolved.{kind}.fields"):
            if isinstance(value, str) and (_PATH.search(value) or (kind == "dataset" and _names_a_file(at))):
                raise Refused(f"{at}: {shown(value)} may name a file: only catalogued data is read")
            if isinstance(value, int | float) and abs(value) > LARGEST_NUMBER:
                raise Refused(f"{at}: expected at most {LARGEST_NUMBER:,}, got {shown(value)}")
    budget = resolved.get("budget")
    for unit, most in (("steps", MOST_STEPS), ("core_params", MOST_CORE_PARAMS)):
        asked = budget.get(unit) if isinstance(budget, dict) else None
        if isinstance(asked, int | float) and asked > most:
            raise Refused(f"resolved.budget.{unit}: expected at most {most:,}, got {asked:,}")


def _names_a_file(at: str) -> bool:
    return not _FILE_FIELDS.isdisjoint(at.split("."))


def _leaves(value: Any, at: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list):
        if len(value) > MOST_VALUES:
            raise Refused(f"{at}: expected at most {MOST_VALUES} values, got {len(value):,}")
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(inner, f"{at}.{name}")
    else:
        yield at, value
