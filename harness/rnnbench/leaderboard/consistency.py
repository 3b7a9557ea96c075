"""Whether a record belongs to its planned run, and which rows of a table were planned under other settings.

A record is refused where it is not of the run, the data or the task that the plan states. A row whose runs were planned
under another budget, recipe or device than the others keeps its place and gets a note.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from rnnbench.records.schema import Kind, PlannedModel, PlannedRun, PlannedTask, Record, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LARGEST = 1e100
"""Larger scores are damaged records, and would overflow what is computed from them."""

_SETTINGS = ("numerics", "device", "precision", "budget", "recipe", "tune")
_ABSENT = "none"


def inconsistency(run: PlannedRun, record: Record, task: PlannedTask) -> str | None:
    """Why a record cannot be of the planned run, the task or its data; None where it can."""
    for field in ("kind", "model", "seed"):  # a table may have got another label since
        wanted, got = getattr(run, field), getattr(record, field)
        if wanted != got:
            return f"{field}: the plan says {wanted}, the record {got}"
    stated = _flat(record.resolved)
    if run.resolved and stated:
        for field, planned, found in _differences(_flat(run.resolved), stated):
            return f"resolved.{field}: the plan says {planned}, the record {found}"
    table = _flat({"dataset": {"fingerprint": task.fingerprint}, "task": {"version": task.task_version}})
    for field, planned, found in _differences(table, {name: stated.get(name, table[name]) for name in table}):
        return f"resolved.{field}: the table's is {planned}, the record's {found}"
    return _unusable(run, record, task)


def different_settings(runs: Iterable[PlannedRun], models: Mapping[str, PlannedModel]) -> dict[str, tuple[str, ...]]:
    """By model, the settings of its planned runs that differ from those of most runs of the table, as notes.

    Recipe fields that the suite overrides for a model are left out: its row has a note on them anyway.
    """
    trained = sorted((run for run in runs if run.kind is Kind.TRAIN and run.resolved), key=lambda run: run.id)
    settings = [_flat({name: run.resolved[name] for name in _SETTINGS if name in run.resolved}) for run in trained]
    overrides = {model.label: {f"recipe.{name}" for name in model.overrides} for model in models.values()}
    declared = [overrides.get(run.model, set()) for run in trained]
    usual = {
        name: _commonest(
            each.get(name, _ABSENT) for each, its in zip(settings, declared, strict=True) if name not in its
        )
        for name in {name for each in settings for name in each}
    }
    notes: dict[str, dict[str, None]] = {}
    for run, own, its in zip(trained, settings, declared, strict=True):
        for name, planned, found in _differences(usual, own):
            if name not in its:
                notes.setdefault(run.model, {})[f"other terms: {name} {found}, the others' {planned}"] = None
    return {model: tuple(of_model) for model, of_model in notes.items()}


def _unusable(run: PlannedRun, record: Record, task: PlannedTask) -> str | None:
    """What is wrong with the metrics of a run that is done."""
    if record.status is not Status.DONE or run.kind is Kind.TUNE:
        return None
    for metric in task.metrics:
        value = record.metrics.get(metric.name)
        if value is None and metric != task.metrics[0] and run.kind is Kind.OPTIMUM:
            continue  # a generator's own predictor may be known by the first metric alone
        if value is None:
            return f"metrics.{metric.name}: missing"
        if abs(value) > LARGEST or (metric.ratio and value <= 0):
            return f"metrics.{metric.name}: {value} is out of range"
    return None


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested fields by their dotted names, as JSON."""
    fields: dict[str, str] = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            fields |= _flat(inner, f"{prefix}{name}.")
        else:
            fields[f"{prefix}{name}"] = json.dumps(inner, sort_keys=True)
    return fields


def _differences(wanted: Mapping[str, str], got: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name in sorted(wanted.keys() | got.keys()):
        pair = wanted.get(name, _ABSENT), got.get(name, _ABSENT)
        if pair[0] != pair[1]:
            yield name, *pair


def _commonest(values: Iterable[str]) -> str:
    """The commonest value; of equally common ones the first by the alphabet."""
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], value), default=_ABSENT)
