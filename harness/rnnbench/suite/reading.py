"""Reads a suite file into a :class:`Suite`, or reports all of its mistakes at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench.suite.budget import Budget
from rnnbench.suite.checking import checked
from rnnbench.suite.metrics import check_rank, find_metrics
from rnnbench.suite.plugins import create, find
from rnnbench.suite.problems import Problem, SuiteError
from rnnbench.suite.published import published
from rnnbench.suite.recipe import Recipe
from rnnbench.suite.rules import check_labels, check_rows, check_together, check_top, check_units
from rnnbench.suite.schema import ModelEntry, SuiteFile, TaskEntry
from rnnbench.suite.suite import Suite, SuiteModel, SuiteTask
from rnnbench.suite.yaml_positions import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rnnbench.discovery import Registry
    from rnnbench.suite.yaml_positions import Document, Location


def read_suite(path: Path, registry: Registry, seeds: int | None = None) -> Suite:
    """Read and check a suite; nothing is built or loaded beyond the plugins' own records.

    Args:
        path: the YAML file.
        registry: what is installed, from :func:`rnnbench.discovery.discover`.
        seeds: N to run seeds 0..N-1 in place of the suite's own.

    Raises:
        SuiteError: every mistake that was found, by line and column.
    """
    document = read_document(path)
    file = checked(SuiteFile, document.data, (), document)
    # A top that is wrong gets a stand-in, so that the entries below it are checked all the same.
    budget, recipe = (file.budget, file.recipe) if file else (Budget(), Recipe())
    models = tuple(_models(document, registry))
    tasks = tuple(_tasks(document, registry, budget, recipe, path.parent))
    numbers = tuple(published(_entries(document, "published"), models, tasks, document))
    if file:
        check_top(file, path, document)
    if file and not document.problems:
        check_together(file, models, tasks, document)
    if seeds is not None and seeds < 1:
        document.problems.append(Problem(str(path), 0, 0, "seeds", f"got {seeds}, expected at least one"))
    if document.problems or file is None:
        raise SuiteError(document.problems)
    return Suite(
        name=file.suite or path.stem,
        description=file.description,
        path=path,
        seeds=file.seeds if seeds is None else tuple(range(seeds)),
        budget=budget,
        recipe=recipe,
        tune=file.tune,
        margin=file.margin,
        limits=file.limits,
        models=models,
        tasks=tasks,
        published=numbers,
    )


def _models(document: Document, registry: Registry) -> Iterator[SuiteModel]:
    labels: dict[Location, str] = {}
    for at, raw in _entries(document, "models"):
        entry = checked(ModelEntry, {"model": raw} if isinstance(raw, str) else raw, at, document)
        if entry is None:
            continue
        label = labels[at] = entry.label or entry.model
        overrides = entry.recipe.given()
        if "embedding" in overrides:
            what = "one width for all models, or a comparison would not compare cores, expected in the suite's recipe"
            document.report((*at, "recipe", "embedding"), what, key=True)
        cls = find("model", entry.model, (*at, "model"), registry, document)
        model = create(cls, entry.fields, at, document) if cls else None
        if model is not None:
            place = ":".join(map(str, (document.path, *document.places[at])))
            yield SuiteModel(label=label, model=model, recipe_overrides=overrides, place=place)
    check_labels(labels, document)


def _tasks(document: Document, registry: Registry, budget: Budget, recipe: Recipe, folder: Path) -> Iterator[SuiteTask]:
    labels: dict[Location, str] = {}
    for at, raw in _entries(document, "tasks"):
        entry = checked(TaskEntry, raw, at, document)
        if entry is None:
            continue
        label = labels[at] = entry.label or f"{entry.task}/{entry.dataset.name}"
        check_units(entry.budget, (*at, "budget"), document)
        task_cls = find("task", entry.task, (*at, "task"), registry, document)
        dataset_cls = find("dataset", entry.dataset.name, (*at, "dataset", "name"), registry, document)
        task = create(task_cls, entry.fields, at, document) if task_cls else None
        dataset = create(dataset_cls, entry.dataset.fields, (*at, "dataset"), document) if dataset_cls else None
        if task_cls and dataset_cls:
            check_rows(task_cls, dataset_cls, (*at, "dataset"), registry, document)
        if task is not None and dataset is not None:
            extra = tuple(find_metrics(entry.metrics, task, (*at, "metrics"), registry, document, folder))
            names = [metric.name for metric in (*task.metrics, *extra)]
            yield SuiteTask(
                label=label,
                task=task,
                dataset=dataset,
                budget=budget.override(entry.budget),
                recipe=recipe.override(entry.recipe.given()),
                extra_metrics=extra,
                rank_by=check_rank(entry.rank_by, names, (*at, "rank_by"), document),
            )
    check_labels(labels, document)


def _entries(document: Document, key: str) -> list[tuple[Location, object]]:
    """The entries of a list at the top of the file, with their places."""
    entries = document.data.get(key) if isinstance(document.data, dict) else None
    return [((key, index), raw) for index, raw in enumerate(entries)] if isinstance(entries, list) else []
