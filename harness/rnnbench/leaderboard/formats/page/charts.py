"""The drawings of a page: learning curves, score against a cost, and seeds beside their interval."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rnnbench.leaderboard.comparable import LARGEST
from rnnbench.leaderboard.formats.page.axes import Axis, axis, short
from rnnbench.leaderboard.formats.page.svg import LOOKS, Picture, element, frame, line, marker
from rnnbench.leaderboard.text import heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rnnbench.leaderboard.board import Row, Table
    from rnnbench.leaderboard.verdict import Verdict
    from rnnbench.records.schema import Record

_WIDTH, _HEIGHT = 420, 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 408, 24, 228
_MOST_POINTS = 200


@dataclass(frozen=True)
class Curve:
    """Validation losses along training: at each step the positions so far, and the seeds' mean, least and largest."""

    model: str
    look: int
    points: tuple[tuple[float, float, float, float], ...]


def curve(model: str, look: int, records: Iterable[Record]) -> Curve:
    """One model's seeds, step by step."""
    steps: dict[int, list[tuple[int, float]]] = {}
    for record in records:
        for point in record.history:
            if max(abs(point.validation_loss), abs(point.positions)) < LARGEST:
                steps.setdefault(point.step, []).append((point.positions, point.validation_loss))
    points = []
    every = -(-len(steps) // _MOST_POINTS) or 1
    for step in sorted(steps)[::-1][::every][::-1]:
        losses = [loss for _, loss in steps[step]]
        positions = sum(count for count, _ in steps[step]) / len(losses)
        points.append((positions, sum(losses) / len(losses), min(losses), max(losses)))
    return Curve(model, look, tuple(points))


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


def against(table: Table, cost: str, costs: Mapping[str, float], looks: Mapping[str, int]) -> Picture | None:
    """Score against a cost, and the line of the models that none beats in both; None where fewer than two differ."""
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
    front = pareto(points, maximise=table.metric.direction == "max")
    parts = [*frame(x, y, cost, heading(table.metric))]
    parts.append(line(_stairs([(x.place(at), y.place(score)) for at, score, _ in front]), class_="front"))
    for at, score, model in points:
        place = x.place(at)
        if (spread := intervals.get(model)) and max(abs(spread.low), abs(spread.high)) < LARGEST:
            whisker = [(place, y.place(end)) for end in (spread.low, spread.high)]
            parts.append(line(whisker, class_=f"interval look{looks[model] % LOOKS}"))
        parts.append(marker(place, y.place(score), looks[model], f"{model}: {short(score)} at {short(at)}"))
    names = ", ".join(model for _, _, model in front)
    return Picture(_WIDTH, _HEIGHT, f"{table.metric.name} against {cost}; not beaten in both: {names}", tuple(parts))


def pareto(points: Iterable[tuple[float, float, str]], maximise: bool) -> list[tuple[float, float, str]]:
    """The (cost, score, name) that no other beats in one without losing in the other, cheapest first."""
    sign = -1 if maximise else 1
    front: list[tuple[float, float, str]] = []
    for point in sorted(points, key=lambda point: (point[0], sign * point[1], point[2])):
        if not front or sign * point[1] < sign * front[-1][1]:
            front.append(point)
    return front


def seeds_axis(rows: Sequence[Row]) -> Axis | None:
    """One axis for the seeds of all models of a table."""
    values = [value for row in rows for value in _spread(row)]
    return axis(values, 4, 136) if values else None


def seeds(row: Row, x: Axis, look: int) -> Picture:
    """A point a seed, and the interval of their mean."""
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
    """The interval of a verdict's difference, with zero and the margin; None where there is no interval."""
    if verdict.difference is None or verdict.low is None or verdict.high is None or verdict.margin is None:
        return None
    x = axis((verdict.low, verdict.high, 0.0, verdict.margin), 4, 236)
    x = x if not x.logarithmic else Axis(x.low, x.high, x.start, x.end, logarithmic=False)
    margin = x.place(verdict.margin)
    parts = [
        line([(x.place(0.0), 3), (x.place(0.0), 21)], class_="zero"),
        line([(margin, 3), (margin, 21)], class_="margin"),
        line([(x.place(verdict.low), 12), (x.place(verdict.high), 12)], class_="interval plain"),
        element("circle", cx=x.place(verdict.difference), cy=12, r=4, class_="plain"),
    ]
    return Picture(
        240, 24, "The difference with its 95 % interval; a line at zero, a dashed one at the margin", tuple(parts)
    )


def _stairs(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """A front holds until the next point is reached."""
    steps = list(points[:1])
    for (_, height), (x, y) in pairwise(points):
        steps += [(x, height), (x, y)]
    return [*steps, (float(_RIGHT), points[-1][1])]


def _spread(row: Row) -> list[float]:
    ends = [row.seeds_interval.low, row.seeds_interval.high] if row.seeds_interval else []
    return [value for value in [*(value for _, value in row.values), *ends] if abs(value) < LARGEST]
