"""The runs of a plan that ``--only`` selects."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterable

from rnnbench.records.schema import Kind, Plan, PlannedRun


def select_runs(plan: Plan, only: str | None) -> list[PlannedRun]:
    """The runs that the pattern matches, and the baselines and the optimum of their tasks; all runs without one."""
    if only is None:
        return list(plan.runs)
    task_of = {task.label: task.task for task in plan.tasks}
    named = [run for run in plan.runs if _matches(only, _names(run, task_of[run.task]))]
    tasks = {run.task for run in named}
    chosen = {run.id for run in named}
    references = (Kind.BASELINE, Kind.OPTIMUM)
    return [run for run in plan.runs if run.id in chosen or (run.kind in references and run.task in tasks)]


def _names(run: PlannedRun, task: str) -> Collection[str]:
    return {run.model, run.task, task, f"{run.task}/{run.model}", f"{task}/{run.model}", run.id}


def _matches(pattern: str, names: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for name in names)
