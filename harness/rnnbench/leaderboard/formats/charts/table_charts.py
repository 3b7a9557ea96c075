"""The charts of a table: learning curves, score against a cost, seeds with their interval, a verdict's difference."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from rnnbench.leaderboard.board import VerdictOutcome
from rnnbench.leaderboard.consistency import LARGEST
from rnnbench.leaderboard.formats.charts.axes import Axis, axis, short
from rnnbench.leaderboard.formats.charts.chart_data import curves, looks, sizes, times
from rnnbench.leaderboard.formats.charts.svg import LOOKS, Picture, element, frame, line, marker
from rnnbench.leaderboard.formatting import heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rnnbench.leaderboard.board import Row, Table, Verdict
    from rnnbench.leaderboard.efficiency import Cost
    from rnnbench.leaderboard.formats.charts.chart_data import Curve
    from rnnbench.leaderboard.results import Results
    from rnnbench.records.schema import MetricInfo

_WIDTH, _HEIGHT = 420, 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 408, 24, 228


def table_charts(results: Results, table: Table, spent: Sequence[Cost]) -> dict[str, Picture]:
    """The charts that a table has data for, by name: learning curves, and its scores against costs of the models."""
    look = looks(results.plan)
    costs: dict[str, tuple[str, Mapping[str, float]]] = {
        "parameters": ("parameters in all", sizes(table, "params")),
        "state": ("bytes of state", sizes(table, "state_bytes")),
    }
    for kernels, seconds in times(spent).items():
        costs[f"time-{kernels.replace(' ', '-')}"] = (f"seconds of training, {kernels}", seconds)
    if results.plan.core_params is None:  # else they are all the same
        costs["core-parameters"] = ("parameters of the core", sizes(table, "core_params"))
    charts = {"learning-curves": learning_curves(table.label, curves(results, table))}
    charts |= {name: score_against_cost(table, cost, values, look) for name, (cost, values) in costs.items()}
    return {name: chart for name, chart in charts.items() if chart}


def learning_curves(label: str, curves: Sequence[Curve]) -> Picture | None:
    """Validation loss against positions trained on, a band from the best to the worst seed; None without histories."""
    shown = [each for each in curves if each.points]
    if not shown:
        return None
    x = axis((point[0] for each in shown for point in each.points), _LEFT, _RIGHT)
    y = axis((loss for each in shown for point in each.points for loss in point[2:]), _BOTTOM, _TOP)
    parts = [*frame(x, y, "sequence positions trained on", "validation loss")]
    for each in shown:
        below = [(x.place(at), y.place(low)) for at, _, low, _ in each.points]
        above = [(x.place(at), y.place(high)) for at, _, _, high in each.points]
        parts.append(line([*below, *reversed(above)], class_=f"band look{each.look % LOOKS}"))
    for each in shown:
        places = [(x.place(at), y.place(mean)) for at, mean, _, _ in each.points]
        parts.append(line(places, class_=f"curve look{each.look % LOOKS} round{min(each.look // LOOKS, 2)}"))
        parts.append(marker(*places[-1], each.look, f"{each.model}: {short(each.points[-1][1])} at the end"))
    ends = ", ".join(f"{each.model} {short(each.points[-1][1])}" for each in shown)
    return Picture(_WIDTH, _HEIGHT, f"Learning curves of {label}; validation loss at the end: {ends}", tuple(parts))


def score_against_cost(table: Table, cost: str, costs: Mapping[str, float], look: Mapping[str, int]) -> Picture | None:
    """Scores against a cost, with their Pareto front; None where fewer than two costs differ."""
    points = [
        (costs[row.model], row.mean, row.model)
        for row in table.rows
        if row.mean is not None and max(abs(row.mean), abs(costs.get(row.model, LARGEST))) < LARGEST
    ]
    if len({at for at, _, _ in points}) < 2:
        return None
    x = axis((at for at, _, _ in points), _LEFT, _RIGHT)
    shown = {model for _, _, model in points}
    intervals = {row.model: row.seeds_interval for row in table.rows if row.seeds_interval and row.model in shown}
    ends = (end for each in intervals.values() for end in (each.low, each.high) if abs(end) < LARGEST)
    y = axis([*(score for _, score, _ in points), *ends], _BOTTOM, _TOP)
    front = pareto(points, table.metric)
    parts = [*frame(x, y, cost, heading(table.metric))]
    parts.append(line(_stairs([(x.place(at), y.place(score)) for at, score, _ in front]), class_="front"))
    for at, score, model in points:
        place = x.place(at)
        if (spread := intervals.get(model)) and max(abs(spread.low), abs(spread.high)) < LARGEST:
            whisker = [(place, y.place(end)) for end in (spread.low, spread.high)]
            parts.append(line(whisker, class_=f"interval look{look[model] % LOOKS}"))
        parts.append(marker(place, y.place(score), look[model], f"{model}: {short(score)} at {short(at)}"))
    names = ", ".join(model for _, _, model in front)
    return Picture(_WIDTH, _HEIGHT, f"{table.metric.name} against {cost}; not beaten in both: {names}", tuple(parts))


def pareto(points: Iterable[tuple[float, float, str]], metric: MetricInfo) -> list[tuple[float, float, str]]:
    """The (cost, score, name) of the Pareto front, cheapest first."""
    front: list[tuple[float, float, str]] = []
    for point in sorted(points, key=lambda point: (point[0], metric.as_loss(point[1]), point[2])):
        if not front or metric.is_better(point[1], front[-1][1]):
            front.append(point)
    return front


def seeds_axis(rows: Sequence[Row]) -> Axis | None:
    """The common axis for the seeds of a table's models; None without scores."""
    values = [value for row in rows for value in _extent(row)]
    return axis(values, 4, 136) if values else None


def seeds(row: Row, x: Axis, look: int) -> Picture:
    """A point for each seed, and the interval of their mean."""
    parts = []
    if row.seeds_interval:
        ends = [(x.place(end), 9.0) for end in (row.seeds_interval.low, row.seeds_interval.high)]
        parts.append(line(ends, class_=f"interval look{look % LOOKS}"))
    for seed, value in row.values:
        if abs(value) < LARGEST:
            title = element("title", f"seed {seed}: {short(value)}")
            parts.append(element("circle", title, cx=x.place(value), cy=9, r=2.6, class_=f"seed look{look % LOOKS}"))
    values = ", ".join(short(value) for _, value in row.values)
    return Picture(140, 18, f"{row.model}, scores of its seeds: {values}", tuple(parts))


def difference(verdict: Verdict) -> Picture | None:
    """The interval that a verdict rests on, with zero and the margin; None where there is none.

    Where a baseline is enough, it is that of each model against the baseline, one below the other.
    """
    if verdict.difference is None or verdict.low is None or verdict.high is None or verdict.margin is None:
        return None
    intervals, limit = [(verdict.low, verdict.difference, verdict.high)], verdict.margin
    if verdict.outcome is VerdictOutcome.BASELINE:
        intervals = [(each.low, each.difference, each.high) for each in verdict.against_baselines]
        limit = -limit
    x = axis((*(end for interval in intervals for end in interval), 0.0, limit), 4, 236)
    x = x if not x.logarithmic else Axis(x.low, x.high, x.start, x.end, logarithmic=False)
    height = 24 * len(intervals)
    parts = [
        line([(x.place(0.0), 3), (x.place(0.0), height - 3)], class_="zero"),
        line([(x.place(limit), 3), (x.place(limit), height - 3)], class_="margin"),
    ]
    for index, (low, middle, high) in enumerate(intervals):
        y = 12 + 24 * index
        parts.append(line([(x.place(low), y), (x.place(high), y)], class_="interval plain"))
        parts.append(element("circle", cx=x.place(middle), cy=y, r=4, class_="plain"))
    what = "The difference with its 95 % interval; a line at zero, a dashed one at the margin"
    return Picture(240, height, what, tuple(parts))


def _stairs(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The front as a step line: a score holds until the next point."""
    steps = list(points[:1])
    for (_, height), (x, y) in pairwise(points):
        steps += [(x, height), (x, y)]
    return [*steps, (float(_RIGHT), points[-1][1])]


def _extent(row: Row) -> list[float]:
    ends = [row.seeds_interval.low, row.seeds_interval.high] if row.seeds_interval else []
    return [value for value in [*(value for _, value in row.values), *ends] if abs(value) < LARGEST]
