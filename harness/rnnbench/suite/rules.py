"""Checks of a suite beyond the type of each value: names, units, labels, rows, and settings without effect."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

from rnnbench.contract.models import Role
from rnnbench.suite.recipe import OF_DECODERS
from rnnbench.suite.schema import SUITE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from rnnbench.contract.models import Model
    from rnnbench.discovery import Registry
    from rnnbench.suite.budget import Budget
    from rnnbench.suite.recipe import Recipe
    from rnnbench.suite.schema import SuiteFile
    from rnnbench.suite.suite import SuiteModel, SuiteTask
    from rnnbench.suite.yaml_positions import Document, Location


def check_top(file: SuiteFile, path: Path, document: Document) -> None:
    """The suite has a name, and its budget ends training in exactly one way."""
    if file.suite is None and not re.fullmatch(SUITE_NAME, path.stem):
        what = f"required, for the file's name, {path.stem!r}, is no name for a suite, expected a-z, 0-9, dots, hyphens"
        document.report(("suite",), what)
    if not file.budget.units:
        document.report(("budget",), "has no end, expected one of steps, tokens, epochs and seconds")
    check_units(file.budget, ("budget",), document)


def check_units(budget: Budget, at: Location, document: Document) -> None:
    """A budget sets at most one of steps, tokens, epochs and seconds."""
    if len(budget.units) > 1:
        document.report(at, f"has {' and '.join(budget.units)}, expected one of steps, tokens, epochs and seconds")


def check_labels(labels: Mapping[Location, str], document: Document) -> None:
    """No two entries of a list have the same label."""
    first: dict[str, int] = {}
    for at, label in labels.items():
        if label in first:
            what = f"{label!r} already names the entry in line {first[label]}, expected a label of its own"
            document.report((*at, "label") if (*at, "label") in document.places else at, what)
        first.setdefault(label, document.places[at][0])


def check_rows(task: type[Any], dataset: type[Any], at: Location, registry: Registry, document: Document) -> None:
    """The dataset has the rows that the task asks for."""
    if task.rows is dataset.rows:
        return
    fitting = [name for name, other in registry.datasets.items() if getattr(other, "rows", None) is task.rows]
    expected = f"one of {', '.join(fitting)}" if fitting else "a dataset that has them: none is installed"
    document.report(
        at,
        f"{dataset.name!r} has rows of {dataset.rows.__name__}, but {task.name!r} asks for {task.rows.__name__}, "
        f"expected {expected}",
    )


def check_together(
    file: SuiteFile, models: Iterable[SuiteModel], tasks: tuple[SuiteTask, ...], document: Document
) -> None:
    """Checks across entries, once each is valid by itself: settings that have no effect are refused."""
    _report_idle(_idle(file.recipe, file.recipe.given(), tasks), (), document)
    sized = all(task.budget.core_params is not None for task in tasks)
    places: list[Location] = [()]
    for index, task in enumerate(tasks):
        at: Location = ("tasks", index)
        places.append(at)
        given = [name for name in type(task.recipe).model_fields if (*at, "recipe", name) in document.keys]
        _report_idle(_idle(task.recipe, given, (task,)), at, document)
    for index, model in enumerate(models):
        at = ("models", index)
        places.append(at)
        idle = [_idle(task.recipe_for(model), model.recipe_overrides, (task,)) for task in tasks]
        everywhere = set.intersection(*map(set, idle))
        _report_idle({name: needed for name, needed in idle[0].items() if name in everywhere}, at, document)
        for knob in filter(None, (model.model.coarse, model.model.fine)):
            size = (*at, "fields", knob.field)
            if sized and size in document.keys and _accepts_default(model.model, knob.field):
                document.report(size, "is set by the budget's core_params, expected one of the two", key=True)
    for at in places if file.tune else []:
        rate = (*at, "recipe", "learning_rate")
        if rate in document.keys:
            document.report(rate, "is taken from the tuning grid, expected this or tuning (tune: none)", key=True)


def _idle(recipe: Recipe, names: Iterable[str], tasks: Sequence[SuiteTask]) -> dict[str, str]:
    """Which of these fields of a recipe change nothing for these tasks, and what each would need."""
    names = list(names)
    decoded = any(task.task.role is Role.SEQ2SEQ for task in tasks)
    of_decoders = () if decoded else [name for name in names if name in OF_DECODERS]
    return recipe.idle(names) | dict.fromkeys(of_decoders, "a task of translation (role seq2seq)")


def _accepts_default(model: Model, field: str) -> bool:
    """Whether the other fields leave the size at its default; where they do not, it is a place to start from."""
    default: Any = next(one.default for one in dataclasses.fields(model) if one.name == field)
    try:
        dataclasses.replace(model, **{field: default})
    except ValueError:
        return False
    return True


def _report_idle(idle: Mapping[str, str], at: Location, document: Document) -> None:
    for name, needed in idle.items():
        document.report((*at, "recipe", name), f"changes nothing here, expected with {needed}", key=True)
