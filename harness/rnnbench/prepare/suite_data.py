"""All data of a suite prepared, once every dataset has said that its data is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rnnbench.base.containment import contained, quiet_output, told
from rnnbench.contract.datasets import DataMissing
from rnnbench.prepare.prepare import Prepared, prepare
from rnnbench.suite import Suite, SuiteTask


class UnusableData(Exception):
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


def _verify(suite: Suite, data: Path | None) -> None:
    """Ask every dataset for its data, so that all that is missing is named at once, before anything is prepared."""
    missing: dict[str, None] = {}
    for task in suite.tasks:
        with _plugin_code(suite, task):
            try:
                task.dataset.verify(data)
            except DataMissing as error:
                missing[f"{suite.path}: {error}"] = None
    if missing:
        raise UnusableData("\n".join(missing))


@contextmanager
def _plugin_code(suite: Suite, task: SuiteTask) -> Iterator[None]:
    """The code of a task and a dataset, which may be a third party's, at work on its rows."""
    try:
        with quiet_output(), contained():
            yield
    except (UnusableData, OSError):
        raise
    except (ValueError, TypeError, LookupError) as error:  # options that do not fit the rows
        raise UnusableData(f"{suite.path}: {task.label}: {error}") from error
    except (Exception, SystemExit) as error:  # a plugin's code may raise anything
        what = f"its rows cannot be read and encoded: {told(error)}"
        raise UnusableData(f"{suite.path}: {task.label}: {what}") from error
