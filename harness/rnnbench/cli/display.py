"""What a run shows on stderr: the plan, then progress with the time left; live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from rnnbench.plan import Assignment, Draft
from rnnbench.records.schema import Kind, PlannedRun, Record, Status


class Display:
    """Follows one suite from its preparation to its last record."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)
        self._clock = _Clock()
        self._live: Progress | None = None
        self._overall: TaskID | None = None
        self._bars: dict[str, TaskID] = {}
        self._metrics: dict[str, tuple[str, str]] = {}
        self._count = self._of = 0

    def preparing(self, task: str) -> None:
        """A task's data is being prepared."""
        self._say(f"preparing {task}")

    def planned(self, draft: Draft, selected: Sequence[PlannedRun], left: Sequence[PlannedRun], jobs: int) -> None:
        """Show the plan, and start the display of what is left of it."""
        plan = draft.plan
        self._metrics = {task.label: (task.metrics[0].name, task.metrics[0].unit) for task in plan.tasks}
        self.console.print(_pairs(selected))
        shown = {run.task for run in selected}
        for task in plan.tasks:
            for note in task.notes if task.label in shown else ():
                self._say(f"{task.label}: {note}")
        for skip in plan.skips:
            if skip.task in shown:
                self._say(f"not run: {skip.model} on {skip.task}: {skip.reason}")
        self._clock = _Clock(left, jobs)
        self._of = len(left)
        done = len(selected) - len(left)
        already = f" ({done} of {len(selected)} have an outcome already)" if done else ""
        self._say(
            f"{len(left)} runs to do{already}, {jobs} at once on {plan.device}: about {_span(self._clock.left())}"
        )
        if self.console.is_terminal and left:
            columns = (
                TextColumn("{task.description}", markup=False),
                BarColumn(30),
                TextColumn("{task.fields[note]}", markup=False),
            )
            self._live = Progress(*columns, console=self.console, transient=True)
            self._overall = self._live.add_task(f"0/{self._of} runs", total=self._of, note="")
            self._live.start()

    def started(self, assignment: Assignment) -> None:
        """A run starts."""
        self._clock.started(assignment.run)
        if self._live:
            self._bars[assignment.run.id] = self._live.add_task(_name(assignment.run), total=1.0, note="")

    def progress(self, run_id: str, values: Mapping[str, Any]) -> None:
        """A run reports how far it is, and its validation loss where it has a new one."""
        self._clock.progress(run_id, float(values["progress"]))
        if self._live and self._overall is not None:
            note = f"validation loss {values['validation_loss']:.4g}" if "validation_loss" in values else None
            changes: dict[str, Any] = {"note": note} if note else {}
            self._live.update(self._bars[run_id], completed=values["progress"], **changes)
            self._live.update(self._overall, note=f"{_span(self._clock.left())} left")

    def finished(self, record: Record) -> None:
        """A run's record was stored."""
        self._count += 1
        self._clock.finished(record.id)
        name, unit = self._metrics[record.task]
        if record.kind is Kind.TUNE and record.best_validation_loss is not None:
            outcome = f"validation loss {record.best_validation_loss:.4g}"
        elif record.status is Status.DONE:
            outcome = f"{name} {record.metrics.get(name, math.nan):.4g}{f' {unit}' if unit else ''}"
        else:
            outcome = f"{record.status}: {record.reason}"
        left = f", about {_span(self._clock.left())} left" if self._count < self._of else ""
        self._say(f"[{self._count}/{self._of}] {_name(record)}: {outcome} ({record.wall_s:.1f} s{left})")
        if self._live and self._overall is not None:
            self._live.update(self._overall, completed=self._count, description=f"{self._count}/{self._of} runs")
            if record.id in self._bars:
                self._live.remove_task(self._bars.pop(record.id))

    def warning(self, line: str) -> None:
        """Something went wrong that stops nothing."""
        self._say(f"warning: {line}")

    def close(self) -> None:
        """The execution is over."""
        if self._live:
            self._live.stop()

    def _say(self, line: str) -> None:
        self.console.print(Text(line), soft_wrap=True)


class _Clock:
    """The time left: estimates of what has not ended, corrected by how long the ended ones really took."""

    def __init__(self, left: Sequence[PlannedRun] = (), jobs: int = 1) -> None:
        self._estimates = {run.id: run.estimate_s for run in left}
        self._longest_lane = jobs
        self._begun: dict[str, float] = {}
        self._progress: dict[str, float] = {}
        self._estimated = self._took = 0.0

    def started(self, run: PlannedRun) -> None:
        self._begun[run.id] = time.monotonic()
        self._progress[run.id] = 0.0

    def progress(self, run_id: str, share: float) -> None:
        self._progress[run_id] = share

    def finished(self, run_id: str) -> None:
        self._estimated += self._estimates.pop(run_id, 0.0)
        self._took += time.monotonic() - self._begun.get(run_id, time.monotonic())

    def left(self) -> float:
        """Seconds."""
        pace = self._took / self._estimated if self._estimated else 1.0
        work = sum(
            estimate * (1.0 - min(self._progress.get(run_id, 0.0), 1.0)) for run_id, estimate in self._estimates.items()
        )
        return pace * work / self._longest_lane


def _pairs(selected: Sequence[PlannedRun]) -> Table:
    """Each pair of task and model with its sizes, runs and estimated time, under a line for its task."""
    table = Table(box=None, pad_edge=False)
    for title in ("model", "adapter"):
        table.add_column(title, overflow="fold")
    for title in ("core", "params", "runs", "about"):
        table.add_column(title, justify="right")
    pairs: dict[tuple[str, str], list[PlannedRun]] = {}
    for run in selected:
        pairs.setdefault((run.task, run.model), []).append(run)
    for task, of_task in itertools.groupby(pairs, key=lambda pair: pair[0]):
        table.add_row(Text(task, style="bold"))
        for _, model in of_task:
            runs = pairs[task, model]
            sizes = ["" if size is None else f"{size:,}" for size in (runs[0].core_params, runs[0].params)]
            spent = _span(sum(run.estimate_s for run in runs))
            table.add_row(Text(f"  {model}"), runs[0].adapter or "", *sizes, str(len(runs)), spent)
    return table


def _name(run: PlannedRun | Record) -> str:
    seed = "" if run.seed is None else " tuning" if run.kind is Kind.TUNE else f" seed {run.seed}"
    return f"{run.task} {run.model}{seed}"


def _span(seconds: float) -> str:
    """A length of time for people."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
