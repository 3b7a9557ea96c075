"""One row of a table, from the records of its runs; what depends on the other rows is in ``placement``."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from rnnbench.leaderboard.board import Row, RowKind
from rnnbench.leaderboard.consistency import LARGEST
from rnnbench.leaderboard.notes import row_notes
from rnnbench.records.schema import Kind, MetricInfo, Plan, PlannedModel, PlannedRun, PlannedTask, Status, metric_range
from rnnbench.statistics.aggregates import interquartile_interval, interquartile_mean
from rnnbench.statistics.summary import Interval, deviation, interval, mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rnnbench.records.schema import Record

KINDS = {Kind.TRAIN: RowKind.MODEL, Kind.BASELINE: RowKind.BASELINE, Kind.OPTIMUM: RowKind.OPTIMUM}
"""The kinds of runs that have rows."""

_Value = TypeVar("_Value")


def make_row(
    plan: Plan,
    task: PlannedTask,
    model: PlannedModel | None,
    runs: Sequence[PlannedRun],
    tuning: Sequence[PlannedRun],
    records: Mapping[str, Record],
) -> Row:
    """A row without what depends on the others.

    Args:
        plan: the plan of the board.
        task: the row's task.
        model: the row's model; None for a baseline or the optimum.
        runs: the row's planned runs, at least one.
        tuning: the planned runs that choose its hyperparameters.
        records: those that can be used, by run id.
    """
    metric = task.metrics[0]
    outcomes = [(run, records[run.id]) for run in runs if run.id in records and records[run.id].status.is_outcome]
    ended = [record for _, record in outcomes]
    done = [record for record in ended if record.status is Status.DONE]
    values = tuple(
        (run.seed, record.metrics[metric.name] if record.status is Status.DONE else task.chance)
        for run, record in outcomes
    )
    scores = [score for _, score in values]
    diverged = len(ended) - len(done)
    kind = KINDS[runs[0].kind]
    reported = done if not diverged else []
    with_intervals = kind is RowKind.MODEL and bool(reported)
    middle = _interval(interquartile_interval, scores, metric) if with_intervals else None
    return Row(
        kind=kind,
        task=task.label,
        dataset=task.dataset,
        model=runs[0].model,
        family=runs[0].family or (model.family if model else ""),
        metric=metric,
        planned=len(runs),
        values=values,
        diverged=diverged,
        mean=_average(mean, scores, metric) if scores else None,
        std=deviation(scores) if len(scores) > 1 else None,
        seeds_interval=_interval(interval, scores, metric) if with_intervals else None,
        interquartile_mean=_average(interquartile_mean, scores, metric) if middle else None,
        interquartile_interval=middle,
        test_interval=_test_interval(reported, metric),
        validation_loss=_validation_loss(reported),
        other_metrics=tuple(
            (other, _average(mean, [record.metrics[other.name] for record in reported], other))
            for other in task.metrics[1:]
            if reported and all(other.name in record.metrics for record in reported)
        ),
        core_params=_first(record.core_params for record in ended) or _first(run.core_params for run in runs),
        params=_first(record.params for record in ended) or _first(run.params for run in runs),
        state_bytes=_first(record.state_bytes for record in ended),
        positions=sum(record.positions for record in ended),
        tune_positions=sum(records[run.id].positions for run in tuning if run.id in records),
        chosen=tuple(sorted({f"{field}={value:g}" for record in ended for field, value in record.chosen.items()})),
        marks=row_notes(plan, task, model, runs[0], ended),
    )


def _average(average: Callable[[Sequence[float]], float], scores: Sequence[float], metric: MetricInfo) -> float:
    """An average of scores, taken on the metric's scale."""
    return metric.from_scale(average([metric.to_scale(score) for score in scores]))


def _interval(
    estimate: Callable[[Sequence[float]], Interval | None], scores: Sequence[float], metric: MetricInfo
) -> Interval | None:
    """An interval of scores, taken on the metric's scale and cut to the scores that are possible."""
    estimated = estimate([metric.to_scale(score) for score in scores])
    if estimated is None:
        return None
    return _possible(Interval(metric.from_scale(estimated.low), metric.from_scale(estimated.high)), scores, metric)


def _possible(estimated: Interval, scores: Sequence[float], metric: MetricInfo) -> Interval:
    """The part of an interval that lies in the metric's range, which holds at least all scores there are."""
    low, high = metric_range(metric)
    return estimated.within(min(low, *scores), max(high, *scores))


def _test_interval(done: Sequence[Record], metric: MetricInfo) -> Interval | None:
    """The ends of the runs' own test-set intervals, averaged over seeds; None where a record states none."""
    errors = [record.test_error[metric.name] for record in done if metric.name in record.test_error]
    if not errors or len(errors) < len(done):
        return None
    lows, highs = [error.low for error in errors], [error.high for error in errors]
    if metric.ratio and min(lows) > 0:
        ends = Interval(_average(mean, lows, metric), _average(mean, highs, metric))
    else:
        ends = Interval(mean(lows), mean(highs))
    return _possible(ends, [record.metrics[metric.name] for record in done], metric)


def _validation_loss(done: Sequence[Record]) -> float | None:
    known = (record.best_validation_loss for record in done)
    losses = [loss for loss in known if loss is not None and abs(loss) < LARGEST]
    return mean(losses) if losses and len(losses) == len(done) else None


def _first(values: Iterable[_Value | None]) -> _Value | None:
    return next((value for value in values if value is not None), None)
