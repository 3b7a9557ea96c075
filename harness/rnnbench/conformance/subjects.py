"""Finds the plugins of a name or a module, and makes their cases, each small enough to check in seconds."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, TypeVar

from rnnbench.base.errors import UserError
from rnnbench.base.messages import did_you_mean
from rnnbench.conformance.cases import (
    TASK_LAWS,
    Case,
    dataset_cases,
    executor_cases,
    metric_cases,
    model_cases,
    task_cases,
)
from rnnbench.conformance.findings import Law, NotApplicable
from rnnbench.conformance.task_on_data import TaskOnData
from rnnbench.contract.batches import Columns
from rnnbench.contract.datasets import Dataset, Split
from rnnbench.contract.execution import ExecutorFactory
from rnnbench.contract.metrics import Metric
from rnnbench.contract.models import Model
from rnnbench.contract.tasks import Task
from rnnbench.discovery import Component, Plugin, Registry, register
from rnnbench.discovery.entry_points import GROUP
from rnnbench.discovery.loading import HOOKS

KINDS = ("models", "tasks", "datasets", "metrics", "executors")
WIDTHS = range(8, 65)
"""The widths to try: a model is checked at the first one that it accepts."""
SIZES = {"train_rows": 400, "validation_rows": 120, "test_rows": 100}
"""The sizes at which datasets with such fields are checked."""

P = TypeVar("P", Task, Dataset)


class UnknownSubject(UserError):
    """Neither a plugin nor a module has this name."""


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """The plugins to check, and the registry from which their checks take other datasets and tasks."""

    models: list[type[Model]] = field(default_factory=list)
    tasks: list[type[Task]] = field(default_factory=list)
    datasets: list[type[Dataset]] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    executors: list[tuple[str, ExecutorFactory]] = field(default_factory=list)
    registry: Registry = field(repr=False)

    def cases(self, folder: Path | None) -> Iterator[Case]:
        """The cases of all of them; ``folder`` is the folder of public data."""
        for model in self.models:
            yield from model_cases(small_model(model))
        for task in self.tasks:
            dataset = self._dataset_for(task, folder)
            yield from task_cases(small(task), dataset, folder) if dataset else _without_data(task)
        for dataset_cls in self.datasets:
            yield from dataset_cases(small(dataset_cls), folder)
        for metric in self.metrics:
            yield from metric_cases(metric, self._items_for(metric, folder))
        for name, factory in self.executors:
            yield from executor_cases(name, factory)

    def _dataset_for(self, task: type[Task], folder: Path | None) -> Dataset | None:
        """A small dataset that the task can encode: of its own distribution, else an embedded, else an available one.

        If it can encode none of the available ones, the first of them: the laws then report why.
        """
        others = [*self.datasets, *self.registry.datasets.values()]
        fitting = [dataset for dataset in others if getattr(dataset, "rows", None) is task.rows]
        by_distance = sorted(
            fitting, key=lambda dataset: (self._is_from_another_distribution(dataset, task), not dataset.embedded)
        )
        there: list[Dataset] = []
        for dataset_cls in by_distance:
            dataset: Dataset = small(dataset_cls)
            try:
                dataset.load(Split.TEST, folder)
                there.append(dataset)
                TaskOnData(small(task), dataset, folder).arrays  # noqa: B018  encodes
            except Exception:  # noqa: BLE001, S112  a plugin's code; the laws report why it fails
                continue
            return dataset
        return there[0] if there else None

    def _is_from_another_distribution(self, dataset: type[Dataset], task: type[Task]) -> bool:
        """Whether they come from different distributions."""
        if dataset in self.datasets:
            return False
        try:
            of_dataset = self.registry.provider("datasets", dataset.name)
            of_task = self.registry.provider("tasks", task.name)
        except KeyError:
            return True
        return of_dataset.distribution != of_task.distribution

    def _items_for(self, metric: Metric, folder: Path | None) -> Columns | None:
        """The items of a baseline of a task that has this metric; None if there is none."""
        needed = set(metric.columns)
        for task in [*self.tasks, *self.registry.tasks.values()]:
            if metric not in small(task).metrics or (dataset := self._dataset_for(task, folder)) is None:
                continue
            on_data = TaskOnData(small(task), dataset, folder)
            for baseline in on_data.task.baselines():
                arrays = on_data.arrays
                items = baseline.predict(on_data.task, on_data.encoding, arrays[Split.TRAIN], arrays[Split.TEST])
                if needed <= set(items):
                    return items
        return None


def find_subjects(name: str, registry: Registry) -> Subjects:
    """The plugins of that name, or else those that the hooks of the module of that name return.

    Raises:
        UnknownSubject: neither exists; the message names the nearest plugin.
    """
    if named := _by_kind([one for one in registry.components if one.name == name]):
        return Subjects(registry=registry, **named)
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        if error.name is not None and name.partition(".")[0] != error.name.partition(".")[0]:
            raise UnknownSubject(f"module {name!r} cannot be imported: {error}") from error
        names = [component.name for component in registry.components if component.kind in KINDS]
        hint = did_you_mean(name, [*names, *_modules_like(name)])
        raise UnknownSubject(f"no plugin and no module is named {name!r}{hint}; `rnnbench list` shows all") from error
    except (TypeError, ValueError, SyntaxError) as error:
        raise UnknownSubject(f"module {name!r} cannot be imported: {type(error).__name__}: {error}") from error
    plugin = Plugin("", "", name, name)
    found = register([(plugin, EntryPoint(name, name, GROUP))])
    if found.plugins[0].error:
        raise UnknownSubject(f"module {name!r}: {found.plugins[0].error}")
    provided = _by_kind(one for one in found.components if one.plugin == plugin)
    if not provided:
        implemented = ", ".join(hook for hook in HOOKS if hasattr(module, hook))
        what = f"implements only {implemented} and yields none of the {', '.join(KINDS)} that laws are for"
        raise UnknownSubject(f"module {name!r} {what}")
    return Subjects(registry=registry, **provided)


def _modules_like(name: str) -> list[str]:
    """The module of that name with underscores for hyphens, as a distribution's is, if there is one."""
    module = name.replace("-", "_")
    return [module] if module.isidentifier() and importlib.util.find_spec(module) is not None else []


def _by_kind(components: Iterable[Component]) -> dict[str, list[Any]]:
    """The components by kind, sorted by name; executors as (name, factory), since a factory has no name."""
    found: dict[str, list[Any]] = {}
    for one in sorted(components, key=lambda one: one.name):
        if one.kind in KINDS:
            found.setdefault(one.kind, []).append((one.name, one.value) if one.kind == "executors" else one.value)
    return found


def small_model(model: type[Model]) -> Model:
    """The model at the first width that it accepts.

    Raises:
        UnknownSubject: it accepts none, or cannot be constructed.
    """
    try:
        if model.coarse.field != "width":
            return model()
        for width in WIDTHS:
            try:
                return model(width=width)
            except ValueError:
                continue
        return model()
    except Exception as error:
        raise UnknownSubject(f"model {model.name!r} cannot be made: {type(error).__name__}: {error}") from error


def small(thing: type[P]) -> P:
    """A task or dataset with its defaults, but few rows.

    Raises:
        UnknownSubject: it cannot be constructed.
    """
    try:
        fields = {one.name for one in dataclasses.fields(thing)}
        return thing(**{name: size for name, size in SIZES.items() if name in fields})
    except Exception as error:
        raise UnknownSubject(f"{thing.name!r} cannot be made: {type(error).__name__}: {error}") from error


def _without_data(task: type[Task]) -> Iterator[Case]:
    def none_here(_: object) -> None:
        raise NotApplicable(f"no dataset with rows of {task.rows.__name__} is here; set RNNBENCH_DATA to its folder")

    for law in TASK_LAWS:
        yield Case(Law(law.name, law.says, law.tried, none_here), task, task.name)
