"""From plan and records to a board: a pure function, whose result does not depend on the order of runs or records."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from rnnbench.leaderboard.across import across
from rnnbench.leaderboard.board import Board, Failure, Table
from rnnbench.leaderboard.consistency import different_settings, inconsistency
from rnnbench.leaderboard.placement import best_baseline, is_tested, placed, scaled
from rnnbench.leaderboard.reproductions import reproductions
from rnnbench.leaderboard.rows import KINDS, make_row
from rnnbench.leaderboard.verdict import judge
from rnnbench.records.schema import Kind, Plan, PlannedRun, PlannedTask, Record
from rnnbench.records.storage import PLAN, RUNS, UnusableFile
from rnnbench.statistics.ranking import detectable_gap

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from rnnbench.leaderboard.verdict import ItemReader


def make_board(
    plan: Plan,
    records: Mapping[str, Record],
    problems: Iterable[UnusableFile] = (),
    items: ItemReader | None = None,
    verified: Collection[str] = (),
) -> Board:
    """The leaderboard of a plan.

    Args:
        plan: what was asked for.
        records: what there is, by run id.
        problems: files that could not be read as records; the board lists them.
        items: reads the items of a record, for the verdict; see :func:`rnnbench.leaderboard.verdict.judge`.
        verified: ids of the runs that a rerun has confirmed.
    """
    unusable = set(problems) | {UnusableFile(PLAN, flaw) for task in plan.tasks if (flaw := _flaw(task))}
    tasks = {task.label: task for task in plan.tasks if not _flaw(task)}
    planned = {run.id: run for run in plan.runs}
    usable: dict[str, Record] = {}
    for run_id, record in records.items():
        run = planned.get(run_id)
        if run is None or run.task not in tasks:
            continue
        if cause := inconsistency(run, record, tasks[run.task]):
            unusable.add(UnusableFile(f"{RUNS}/{run_id}.json", cause))
        else:
            usable[run_id] = record
    tables = tuple(_table(plan, tasks[label], usable, items, verified) for label in sorted(tasks))
    return Board(
        suite=plan.suite,
        description=plan.description,
        harness=plan.harness,
        numerics=plan.numerics,
        device=plan.device,
        seeds=plan.seeds,
        core_params=plan.core_params,
        budget=plan.budget,
        recipe=plan.recipe,
        tune=plan.tune,
        margin=plan.margin,
        tables=tables,
        across=across(tables),
        outside=tuple(sorted(records.keys() - planned.keys())),
        problems=tuple(sorted(unusable)),
    )


def _flaw(task: PlannedTask) -> str | None:
    """Why no table can be made of a task; None where one can."""
    if not task.metrics:
        return f"{task.label}: names no metric"
    if task.metrics[0].ratio and task.chance <= 0:
        return f"{task.label}: a ratio metric's chance level must be positive, got {task.chance}"
    return None


def _table(
    plan: Plan,
    task: PlannedTask,
    records: Mapping[str, Record],
    items: ItemReader | None,
    verified: Collection[str],
) -> Table:
    runs = sorted(
        (run for run in plan.runs if run.task == task.label), key=lambda run: (run.model, str(run.kind), _by_seed(run))
    )
    models = {model.label: model for model in plan.models}
    metric = task.metrics[0]
    settings = different_settings(runs, models)
    unplaced = []
    for label, kind in sorted({(run.model, run.kind) for run in runs if run.kind in KINDS}):
        own = [run for run in runs if (run.model, run.kind) == (label, kind)]
        tuning = [run for run in runs if (run.model, run.kind) == (label, Kind.TUNE) and kind is Kind.TRAIN]
        row = make_row(plan, task, models.get(label), own, tuning, records)
        rerun = sum(run.id in verified for run in own)
        confirmed = (f"run again with the same result: {rerun} of {len(own)}",) if rerun else ()
        unplaced.append(replace(row, marks=(*settings.get(label, ()), *row.marks, *confirmed)))
    rows = placed(unplaced, metric)
    compared = [scaled(row) for row in rows if is_tested(row)]
    gap = detectable_gap(compared, max(1, math.comb(len(compared), 2)))
    judged: dict[str, list[Record]] = {}
    for run in runs:
        if run.kind in (Kind.TRAIN, Kind.BASELINE) and run.id in records:
            judged.setdefault(run.model, []).append(records[run.id])
    return Table(
        label=task.label,
        task=task.task,
        dataset=task.dataset,
        split="test",
        metric=metric,
        chance=task.chance,
        block=task.block,
        counts=task.counts,
        rows=rows,
        skips=tuple(sorted((skip.model, skip.reason) for skip in plan.skips if skip.task == task.label)),
        failures=tuple(sorted(_failures(runs, records))),
        pending=sum(run.id not in records for run in runs),
        gap=None if gap is None else metric.loss_from_scale(gap),
        best_baseline=best_baseline(rows, metric),
        signatures=tuple(sorted({pair for run in runs if run.id in records for pair in _signatures(records[run.id])})),
        notes=task.notes,
        verdict=judge(rows, judged, items, plan.margin, task.chance),
        task_version=task.task_version,
        fields=task.fields,
        fingerprint=task.fingerprint,
        published=tuple(reproductions((one for one in plan.published if one.task == task.label), rows, metric)),
    )


def _failures(runs: Sequence[PlannedRun], records: Mapping[str, Record]) -> Iterable[Failure]:
    for run in runs:
        record = records.get(run.id)
        if record is not None and not record.status.is_outcome:
            name = str(run.kind) if run.seed is None else f"{run.kind} seed {run.seed}"
            yield Failure(run.model, name, str(record.status), record.reason or "")


def _signatures(record: Record) -> Iterable[tuple[str, str]]:
    return record.signatures.items()


def _by_seed(run: PlannedRun) -> tuple[int, str]:
    return (-1 if run.seed is None else run.seed, run.id)
