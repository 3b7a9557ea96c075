"""Plan and records to tables: pure, and independent of the order of anything it is given."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from rnnbench.leaderboard.across import across
from rnnbench.leaderboard.board import Board, Failure, Row, RowKind, Table
from rnnbench.leaderboard.comparable import LARGEST, complaint, other_terms
from rnnbench.leaderboard.marks import marks
from rnnbench.leaderboard.reproductions import reproductions
from rnnbench.leaderboard.standing import best_baseline, comparable, placed, scaled
from rnnbench.leaderboard.verdict import judge
from rnnbench.records.schema import Kind, MetricInfo, Plan, PlannedModel, PlannedRun, PlannedTask, Record, Status
from rnnbench.records.storage import PLAN, RUNS, Problem
from rnnbench.statistics.aggregates import interquartile_interval, interquartile_mean
from rnnbench.statistics.ranking import detectable_gap
from rnnbench.statistics.summary import Interval, deviation, interval, mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from rnnbench.leaderboard.verdict import ItemReader

_KINDS = {Kind.TRAIN: RowKind.MODEL, Kind.BASELINE: RowKind.BASELINE, Kind.OPTIMUM: RowKind.OPTIMUM}

Outcome = tuple[PlannedRun, Record]
_Value = TypeVar("_Value")


def board(
    plan: Plan,
    records: Mapping[str, Record],
    problems: Iterable[Problem] = (),
    items: ItemReader | None = None,
    verified: Collection[str] = (),
) -> Board:
    """The leaderboard of a plan.

    Args:
        plan: what was asked for.
        records: what there is, by run id.
        problems: files that were no records; they are shown.
        items: what reads the items of a record, for the verdict; see :func:`rnnbench.leaderboard.verdict.judge`.
        verified: the runs that somebody ran again, with the same result.
    """
    found = set(problems) | {Problem(PLAN, flaw) for task in plan.tasks if (flaw := _flaw(task))}
    tasks = {task.label: task for task in plan.tasks if not _flaw(task)}
    planned = {run.id: run for run in plan.runs}
    usable: dict[str, Record] = {}
    for run_id, record in records.items():
        run = planned.get(run_id)
        if run is None or run.task not in tasks:
            continue
        if cause := complaint(run, record, tasks[run.task]):
            found.add(Problem(f"{RUNS}/{run_id}.json", cause))
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
        problems=tuple(sorted(found)),
    )


def _flaw(task: PlannedTask) -> str | None:
    """Why a task can have no table, if it cannot."""
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
    terms = other_terms(runs, models)
    unplaced = []
    for label, kind in sorted({(run.model, run.kind) for run in runs if run.kind in _KINDS}):
        own = [run for run in runs if (run.model, run.kind) == (label, kind)]
        tuning = [run for run in runs if (run.model, run.kind) == (label, Kind.TUNE) and kind is Kind.TRAIN]
        found = _row(plan, task, models.get(label), own, tuning, records)
        again = sum(run.id in verified for run in own)
        confirmed = (f"run again with the same result: {again} of {len(own)}",) if again else ()
        unplaced.append(replace(found, marks=(*terms.get(label, ()), *found.marks, *confirmed)))
    rows = placed(unplaced, metric)
    compared = [scaled(row) for row in rows if comparable(row)]
    gap = detectable_gap(compared, max(1, math.comb(len(compared), 2)))
    trained: dict[str, list[Record]] = {}
    for run in runs:
        if run.kind is Kind.TRAIN and run.id in records:
            trained.setdefault(run.model, []).append(records[run.id])
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
        gap=math.expm1(min(gap, 690.0)) if gap is not None and metric.ratio else gap,
        best_baseline=best_baseline(rows, metric),
        signatures=tuple(sorted({pair for run in runs if run.id in records for pair in _signatures(records[run.id])})),
        notes=task.notes,
        verdict=judge(rows, trained, items, plan.margin, task.chance),
        task_version=task.task_version,
        fields=task.fields,
        fingerprint=task.fingerprint,
        published=tuple(reproductions((one for one in plan.published if one.task == task.label), rows, metric)),
    )


def _row(
    plan: Plan,
    task: PlannedTask,
    model: PlannedModel | None,
    runs: Sequence[PlannedRun],
    tuning: Sequence[PlannedRun],
    records: Mapping[str, Record],
) -> Row:
    """One row without what depends on the others."""
    metric = task.metrics[0]
    outcomes = [(run, records[run.id]) for run in runs if run.id in records and records[run.id].status.is_outcome]
    done = [record for _, record in outcomes if record.status is Status.DONE]
    diverged = len(outcomes) - len(done)
    pairs = tuple(
        (run.seed, record.metrics[metric.name] if record.status is Status.DONE else task.chance)
        for run, record in outcomes
    )
    scores = [score for _, score in pairs]
    kind = _KINDS[runs[0].kind]
    reported = done if not diverged else []
    middle = interquartile_interval(scores, metric.ratio) if kind is RowKind.MODEL and reported else None
    return Row(
        kind=kind,
        task=task.label,
        dataset=task.dataset,
        model=runs[0].model,
        family=runs[0].family or (model.family if model else ""),
        metric=metric,
        planned=len(runs),
        values=pairs,
        diverged=diverged,
        mean=mean(scores, metric.ratio) if scores else None,
        std=deviation(scores) if len(scores) > 1 else None,
        seeds_interval=interval(scores, metric.ratio) if kind is RowKind.MODEL and reported else None,
        interquartile_mean=interquartile_mean(scores, metric.ratio) if middle else None,
        interquartile_interval=middle,
        test_interval=_test_interval(reported, metric),
        validation_loss=_validation_loss(reported),
        other_metrics=tuple(
            (other, mean([record.metrics[other.name] for record in reported], other.ratio))
            for other in task.metrics[1:]
            if reported and all(other.name in record.metrics for record in reported)
        ),
        core_params=_first(record.core_params for _, record in outcomes) or _first(run.core_params for run in runs),
        params=_first(record.params for _, record in outcomes) or _first(run.params for run in runs),
        state_bytes=_first(record.state_bytes for _, record in outcomes),
        positions=sum(record.positions for _, record in outcomes),
        tune_positions=sum(records[run.id].positions for run in tuning if run.id in records),
        chosen=tuple(
            sorted({f"{field}={value:g}" for _, record in outcomes for field, value in record.chosen.items()})
        ),
        marks=marks(plan, task, model, runs[0], outcomes),
    )


def _test_interval(done: Sequence[Record], metric: MetricInfo) -> Interval | None:
    errors = [record.test_error[metric.name] for record in done if metric.name in record.test_error]
    if not errors or len(errors) < len(done):
        return None
    lows, highs = [error.low for error in errors], [error.high for error in errors]
    ratio = metric.ratio and min(lows) > 0
    return Interval(mean(lows, ratio), mean(highs, ratio))


def _validation_loss(done: Sequence[Record]) -> float | None:
    known = (record.best_validation_loss for record in done)
    losses = [loss for loss in known if loss is not None and abs(loss) < LARGEST]
    return mean(losses) if losses and len(losses) == len(done) else None


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


def _first(values: Iterable[_Value | None]) -> _Value | None:
    return next((value for value in values if value is not None), None)
