"""The hooks of a plugin: implement any of them in a module named by an entry point of the group ``rnnbench``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pluggy

from rnnbench.contract.datasets import Dataset
from rnnbench.contract.models import Model
from rnnbench.contract.tasks import Task

if TYPE_CHECKING:
    from pathlib import Path

    from rnnbench.contract.execution import ExecutorFactory
    from rnnbench.contract.metrics import Metric

hookspec = pluggy.HookspecMarker("rnnbench")
hookimpl = pluggy.HookimplMarker("rnnbench")


@hookspec
def rnnbench_models() -> Iterable[type[Model]]:  # type: ignore[empty-body]
    """Model classes."""


@hookspec
def rnnbench_tasks() -> Iterable[type[Task]]:  # type: ignore[empty-body]
    """Task classes."""


@hookspec
def rnnbench_datasets() -> Iterable[type[Dataset]]:  # type: ignore[empty-body]
    """Dataset classes."""


@hookspec
def rnnbench_metrics() -> Iterable[Metric]:  # type: ignore[empty-body]
    """Metrics that a suite may ask of any task whose items have their columns."""


@hookspec
def rnnbench_executors() -> Iterable[tuple[str, ExecutorFactory]]:  # type: ignore[empty-body]
    """Pairs of a name, which ``--executor`` takes, and a factory; the built-in executor is ``local``.

    The factory is a class or function of one argument, :class:`rnnbench.ExecutorOptions`, and makes a
    :class:`rnnbench.Executor`.
    """


@hookspec
def rnnbench_run_started(run: Mapping[str, Any]) -> None:
    """A run starts; called in its worker."""


@hookspec
def rnnbench_values_logged(run: Mapping[str, Any], step: int, values: Mapping[str, float]) -> None:
    """Training and validation values at a step; called in the worker."""


@hookspec
def rnnbench_run_finished(record: Mapping[str, Any]) -> None:
    """A run's record was stored; called in the main process."""


@hookspec
def rnnbench_leaderboard_written(folder: Path) -> None:
    """The tables of a results folder were written; called in the main process."""
