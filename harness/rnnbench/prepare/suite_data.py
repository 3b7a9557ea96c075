"""Prepares the data of all tasks of a suite, after every dataset has verified that its files are there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from rnnbench.base.containment import third_party_code
from rnnbench.base.errors import UserError
from rnnbench.base.messages import format_cause, format_error
from rnnbench.contract.datasets import DataMissing
from rnnbench.prepare.prepare import Prepared, prepare
from rnnbench.suite import Suite, SuiteTask


class UnusableData(UserError):
    """A task of a suite cannot use its data. The message names the suite's file and the task."""


def prepare_suite(
    suite: Suite, data: Path | None, cache: Path, preparing: Callable[[str], None] = lambda _: None
) -> dict[str, Prepared]:
    """The prepared data of each task, by its label.

    Args:
        suite: whose tasks are prepared.
        data: the folder of public data, or None.
        cache: where prepared data is kept.
        preparing: called with the label of each task before its data is prepared.

    Raises:
        UnusableData: data is missing, or a task or dataset fails over it.
    """
    _verify(suite, data)
    prepared: dict[str, Prepared] = {}
    for task in suite.tasks:
        preparing(task.label)
        with _plugin_code(suite, task):
            try:
                prepared[task.label] = prepare(task.task, task.dataset, data, cache)
            except DataMissing as error:
                raise UnusableData(f"{suite.path}: {error}") from error
    return prepared


def data_files(suite: Suite, data: Path | None) -> set[Path] | None:
    """The files that the datasets of a suite are read from; None if a dataset reads files that it does not name.

    Raises:
        DataMissing, OSError: they are not there.
        UnusableData: a dataset fails.
    """
    files: set[Path] = set()
    for task in suite.tasks:
        with _plugin_code(suite, task):
            of_dataset = task.dataset.files(data)
        if not of_dataset and not task.dataset.embedded:
            return None
        files.update(of_dataset)
    return files


def _verify(suite: Suite, data: Path | None) -> None:
    """Verify the data of every dataset, so that all that is missing is reported at once, before any is prepared."""
    missing: dict[str, None] = {}
    for task in suite.tasks:
        with _plugin_code(suite, task):
            try:
                task.dataset.verify(data)
            except DataMissing as error:
                missing[f"{suite.path}: {error}"] = None
    if missing:
        raise UnusableData("\n".join(missing))


def _plugin_code(suite: Suite, task: SuiteTask) -> AbstractContextManager[object]:
    """Context of the code of a task and a dataset; what it raises becomes :class:`UnusableData`."""

    def failed(error: BaseException) -> UnusableData:
        refuses = isinstance(error, ValueError | TypeError | LookupError)  # options that do not fit the rows
        what = format_cause(error) if refuses else f"its rows cannot be read and encoded: {format_error(error)}"
        return UnusableData(f"{suite.path}: {task.label}: {what}")

    return third_party_code(failed, passing=(UnusableData, DataMissing, OSError))
