"""Checks the published numbers that a suite reproduces: the table and the row of each must be in the suite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench.base.messages import expected_one_of
from rnnbench.suite.checking import checked
from rnnbench.suite.schema import PublishedEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnnbench.suite.suite import SuiteModel, SuiteTask
    from rnnbench.suite.yaml_positions import Document, Location


def published(
    entries: Iterable[tuple[Location, object]],
    models: Iterable[SuiteModel],
    tasks: Iterable[SuiteTask],
    document: Document,
) -> Iterator[PublishedEntry]:
    """The published numbers of a suite, with their mistakes noted."""
    by_label = {task.label: task for task in tasks}
    for at, raw in entries:
        entry = checked(PublishedEntry, raw, at, document)
        if entry is None:
            continue
        if entry.task not in by_label:
            document.report((*at, "task"), _unknown("task", entry.task, by_label))
        elif entry.row is not None and entry.row not in (rows := _rows(by_label[entry.task], models)):
            document.report((*at, "row"), _unknown("row", entry.row, rows))
        elif entry.row is None and (entry.tolerance is not None or entry.or_better):
            document.report(at, "has no row of ours to hold to it, expected row: a model or baseline:<name>")
        else:
            yield entry


def _rows(task: SuiteTask, models: Iterable[SuiteModel]) -> list[str]:
    return [*(model.label for model in models), *(f"baseline:{one.name}" for one in task.task.baselines())]


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    return f"no {what} here is called {name!r}{expected_one_of(name, known)}"
