"""Learning curves and scores against parameters as PNG files, drawn by Matplotlib (the extra ``plots``)."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, StrMethodFormatter

from rnnbench.leaderboard.consistency import LARGEST
from rnnbench.leaderboard.formats.charts.chart_data import curves, looks, models, sizes
from rnnbench.leaderboard.formats.charts.style import colours
from rnnbench.leaderboard.formats.charts.svg import LOOKS, shape
from rnnbench.leaderboard.formats.charts.svg_files import named
from rnnbench.leaderboard.formatting import brief, heading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnnbench.leaderboard.board import Table
    from rnnbench.leaderboard.formats.charts.chart_data import Curve
    from rnnbench.leaderboard.results import Results

_MARKERS = "os^DvPph"
"""Matplotlib's marker for each shape that the SVG charts have."""
_STYLE = {
    "text.parse_math": False,  # a model's name may look like a formula
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "font.size": 9,
}
_WIDE = 20
"""Positive values that span more than this factor are shown on a logarithmic axis, as in a page."""


def png_files(results: Results) -> dict[str, bytes]:
    """The PNG of each chart that there is data for, by the name of its file without the ending."""
    look = looks(results.plan)
    costs = {"parameters": ("params", "parameters in all")}
    if results.plan.core_params is None:
        costs["core-parameters"] = ("core_params", "parameters of the core")
    files = {}
    with rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")  # it is drawn as a box
        for name, table in named(results.board.tables).items():
            if shown := [curve for curve in curves(results, table) if curve.points]:
                files[f"{name}-learning-curves"] = _learning_curves(shown)
            for kind, (field, label) in costs.items():
                if values := sizes(table, field):
                    files[f"{name}-{kind}"] = _against(table, values, label, look)
    return files


def _learning_curves(shown: Sequence[Curve]) -> bytes:
    """The mean over seeds, and a band from the best to the worst."""
    figure, axes = _figure("sequence positions trained on", "validation loss")
    for curve in shown:
        at, middle, low, high = zip(*curve.points, strict=True)
        look = _look(curve.look)
        axes.fill_between(at, low, high, color=look["color"], alpha=0.15, linewidth=0)
        axes.plot(at, middle, label=brief(curve.model), markevery=[-1], **look)
    return _png(figure, axes, [loss for curve in shown for point in curve.points for loss in point[2:]])


def _against(table: Table, values: Mapping[str, float], label: str, look: Mapping[str, int]) -> bytes:
    """Means with their 95 % intervals over seeds."""
    figure, axes = _figure(label, heading(table.metric))
    scores = []
    for row in models(table):
        if row.mean is None or row.model not in values or max(abs(row.mean), values[row.model]) > LARGEST:
            continue
        ends = row.seeds_interval
        error = [[row.mean - ends.low], [ends.high - row.mean]] if ends and ends.high < LARGEST else None
        axes.errorbar(values[row.model], row.mean, error, label=brief(row.model), capsize=3, **_look(look[row.model]))
        scores.append(row.mean)
    return _png(figure, axes, scores)


def _figure(x: str, y: str) -> tuple[Figure, Any]:
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    axes.set(xlabel=x, ylabel=y)
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.10g}"))
    return figure, axes


def _look(look: int) -> dict[str, Any]:
    style = ("-", "--", ":")[min(look // LOOKS, 2)]
    colour = colours()[f"look{look % LOOKS}"]
    return {"color": colour, "marker": _MARKERS[shape(look)], "linestyle": style, "linewidth": 1.5}


def _png(figure: Figure, axes: Any, shown: Sequence[float]) -> bytes:
    if shown and min(shown) > 0 and max(shown) / min(shown) > _WIDE:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:.10g}"))  # powers are formulas, which are not read here
        axes.yaxis.set_minor_formatter(NullFormatter())
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=4)
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=160, metadata={"Software": None})
    return content.getvalue()
