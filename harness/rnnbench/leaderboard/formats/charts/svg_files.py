"""The charts of a board as SVG files of their own, with a legend. The same records give the same bytes."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from rnnbench.leaderboard.efficiency import costs
from rnnbench.leaderboard.formats.charts.board_charts import board_charts
from rnnbench.leaderboard.formats.charts.chart_data import looks, models
from rnnbench.leaderboard.formats.charts.style import CHART_RULES, colours
from rnnbench.leaderboard.formats.charts.svg import Picture, element, marker
from rnnbench.leaderboard.formats.charts.table_charts import table_charts
from rnnbench.leaderboard.formatting import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnnbench.leaderboard.board import Table
    from rnnbench.leaderboard.results import Results

_LETTER, _LINE = 6.4, 18
"""The approximate width of a letter and height of a line of the legend."""
_LONGEST = 40


def svg_files(results: Results) -> dict[str, str]:
    """The SVG document of each chart of a board, by the name of its file without the ending."""
    look = looks(results.plan)
    spent = costs(results.plan, results.records)
    documents = {}
    for name, table in named(results.board.tables).items():
        signs = {row.model: look[row.model] for row in models(table)}
        for kind, picture in table_charts(results, table, [cost for cost in spent if cost.task == table.label]).items():
            documents[f"{name}-{kind}"] = standalone(picture, signs)
    if across := results.board.across:
        signs = {standing.model: look[standing.model] for standing in across.standings}
        for kind, picture in board_charts(across, look).items():
            documents[f"all-tasks-{kind}"] = standalone(picture, signs)
    return documents


def named(tables: Sequence[Table]) -> dict[str, Table]:
    """Tables by a name that is safe for a file and unique."""
    names: dict[str, Table] = {}
    for table in tables:
        name = plain = re.sub(r"[^A-Za-z0-9._-]+", "-", table.label).strip(".-")[:80] or "task"
        number = 1
        while name in names:
            number += 1
            name = f"{plain}-{number}"
        names[name] = table
    return names


def standalone(picture: Picture, signs: Mapping[str, int]) -> str:
    """An SVG document: the picture on a background, and above it a legend of the models by their looks."""
    legend, x, lines = [], 8.0, 1
    for model, look in signs.items():
        name = clean(model)[:_LONGEST]
        width = 22 + _LETTER * len(name)
        if x > 8 and x + width > picture.width:
            x, lines = 8.0, lines + 1
        y = _LINE * lines - 5
        legend += [marker(x + 5, y - 4, look), element("text", name, x=x + 14, y=y, class_="name")]
        x += width
    top = _LINE * lines + 6
    whole = element(
        "svg",
        element("title", picture.title),
        Markup("<style>{}</style>").format(style()),
        element("rect", width=picture.width, height=top + picture.height, class_="paper"),
        *legend,
        element("g", *picture.content, transform=f"translate(0 {top})"),
        xmlns="http://www.w3.org/2000/svg",
        width=2 * picture.width,
        height=2 * (top + picture.height),
        viewBox=f"0 0 {picture.width} {top + picture.height}",
        **picture.named(),
    )
    return f"{whole}\n"


@cache
def style() -> Markup:
    """The style sheet of charts with the colours filled in, since few programs but browsers know CSS variables."""
    known = colours()
    rules = re.sub(r"var\(--(\w+)\)", lambda variable: known[variable[1]], CHART_RULES.read_text())
    return Markup(f"{rules}.paper {{ fill: {known['paper']}; }}\n")  # noqa: S704  our own file
