"""The charts of all tasks together: a critical-difference diagram (Demsar 2006) and performance profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench.leaderboard.formats.charts.axes import Axis, axis
from rnnbench.leaderboard.formats.charts.svg import LOOKS, Picture, element, frame, line, marker
from rnnbench.leaderboard.formatting import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnnbench.leaderboard.board import Across

_WIDTH, _HEIGHT = 420, 270
_LEFT, _RIGHT = 134, 286
_SCALE, _ROW, _BAR = 58, 18, 9
_LONGEST = 17
"""The most characters of a name beside the diagram; its title and the table have it in full."""


def board_charts(across: Across, looks: Mapping[str, int]) -> dict[str, Picture]:
    """The charts that a board has enough tasks for, by name."""
    charts = {"critical-difference": critical_difference(across, looks), "profiles": profiles(across, looks)}
    return {name: chart for name, chart in charts.items() if chart}


def critical_difference(across: Across, looks: Mapping[str, int]) -> Picture | None:
    """Models at their average ranks, and bars over those that do not differ significantly; None below five tasks."""
    if across.critical_difference is None:
        return None
    count = len(across.standings)
    x = Axis(1, count, _LEFT, _RIGHT, logarithmic=False)
    below = _SCALE + _BAR * (1 + len(across.groups))
    parts = [line([(_LEFT, _SCALE), (_RIGHT, _SCALE)], class_="rule")]
    for rank in range(1, count + 1, 1 + count // 15):
        parts.append(line([(x.place(rank), _SCALE - 5), (x.place(rank), _SCALE)], class_="rule"))
        parts.append(element("text", str(rank), x=x.place(rank), y=_SCALE - 9, class_="middle"))
    length = min(across.critical_difference * (_RIGHT - _LEFT) / (count - 1), _WIDTH - _LEFT - 5.0)
    parts.append(line([(_LEFT, 24), (_LEFT + length, 24)], class_="rule wide"))
    parts.append(element("text", f"critical difference {across.critical_difference:.2f}", x=_LEFT, y=16))
    averages = {standing.model: standing.average_rank for standing in across.standings}
    for index, group in enumerate(across.groups):
        y = _SCALE + _BAR * (index + 1)
        ends = (x.place(averages[group[0]]) - 3, x.place(averages[group[-1]]) + 3)
        parts.append(line([(end, y) for end in ends], class_="rule wide"))
    left = (count + 1) // 2
    for index, standing in enumerate(across.standings):
        at = x.place(standing.average_rank)
        is_left = index < left
        y = below + _ROW * (index + 1 if is_left else count - index)
        end = _LEFT - 20 if is_left else _RIGHT + 20
        look = looks[standing.model]
        parts.append(line([(at, _SCALE), (at, y), (end, y)], class_=f"curve look{look % LOOKS}"))
        parts.append(marker(at, _SCALE, look, f"{standing.model}: {standing.average_rank:.2f}"))
        place = end - 5 if is_left else end + 5
        parts.append(element("text", _cut(standing.model), x=place, y=y + 4, class_="end name" if is_left else "name"))
    ranks = ", ".join(f"{standing.model} {standing.average_rank:.2f}" for standing in across.standings)
    title = f"Critical-difference diagram over {len(across.tasks)} tasks; average ranks: {ranks}"
    return Picture(_WIDTH, below + _ROW * (left + 1), title, tuple(parts))


def profiles(across: Across, looks: Mapping[str, int]) -> Picture | None:
    """The share of each model's runs that get past a threshold, against the threshold; None below five tasks."""
    if not across.thresholds:
        return None
    x = axis(across.thresholds, 52, 408)
    y = axis((0.0, 1.0), 228, 24)
    parts = [*frame(x, y, "share of the way from chance to the goal", "share of runs that get past it")]
    for standing in across.standings:
        look = looks[standing.model]
        places = [(x.place(at), y.place(share)) for at, share in zip(across.thresholds, standing.profile, strict=True)]
        parts.append(line(places, class_=f"curve look{look % LOOKS}"))
        every = places[look % 4 :: 4]  # so that the markers of curves that run together do not hide each other
        parts += [marker(*place, look, standing.model) for place in every]
    halves = ", ".join(f"{standing.model} {100 * standing.past(0.5):.0f} %" for standing in across.standings)
    return Picture(_WIDTH, _HEIGHT, f"Performance profiles; runs that get past half of the way: {halves}", tuple(parts))


def _cut(name: str) -> str:
    short = clean(name)
    return short if len(short) <= _LONGEST else short[: _LONGEST - 1] + "…"
