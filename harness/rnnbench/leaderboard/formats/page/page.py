"""The HTML page of a results folder, and the first page of a site over several."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rnnbench.leaderboard import formatting, prose
from rnnbench.leaderboard.board import RowKind
from rnnbench.leaderboard.efficiency import costs
from rnnbench.leaderboard.formats.charts.board_charts import board_charts
from rnnbench.leaderboard.formats.charts.chart_data import looks, models, times
from rnnbench.leaderboard.formats.charts.style import CHART_RULES, COLOURS
from rnnbench.leaderboard.formats.charts.svg import Picture, marker
from rnnbench.leaderboard.formats.charts.table_charts import difference, seeds, seeds_axis, table_charts
from rnnbench.leaderboard.formats.page.row_details import row_details

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rnnbench.leaderboard.board import Across, Board, Table
    from rnnbench.leaderboard.efficiency import Cost
    from rnnbench.leaderboard.results import Results

TEMPLATES = Path(__file__).parent / "templates"
STYLES = (COLOURS, TEMPLATES / "page.css", CHART_RULES)


def render(results: Results) -> str:
    """The page of one results folder."""
    board = results.board
    spent = costs(results.plan, results.records)
    look = looks(results.plan)
    tables = [
        _table(results, table, look, [cost for cost in spent if cost.task == table.label]) for table in board.tables
    ]
    together = _together(board.across, look) if board.across else {}
    return (
        _environment()
        .get_template("page.html")
        .render(board=board, tables=tables, together=together, **_inlined("page.js"))
    )


def index(boards: Sequence[tuple[str, Board]]) -> str:
    """A page of links: (address, board), each with its verdicts."""
    return _environment().get_template("index.html").render(boards=boards, **_inlined())


def _table(results: Results, table: Table, look: Mapping[str, int], spent: Sequence[Cost]) -> dict[str, Any]:
    """What the template needs beside the table itself."""
    plan, records = results.plan, results.records
    rows = models(table)
    papers = {model.label: model.paper for model in plan.models}
    axis = seeds_axis(rows)
    by_kernels = times(spent)
    seconds = {model: value for values in by_kernels.values() for model, value in values.items()}
    return {
        "table": table,
        "digits": formatting.decimals(table),
        "others": list(dict.fromkeys(metric for row in table.rows for metric, _ in row.other_metrics)),
        "optimum": any(row.to_optimum is not None for row in table.rows),
        "middle": any(row.interquartile_mean is not None for row in table.rows),
        "beats": any(row.beats_first is not None for row in table.rows),
        "difference": difference(table.verdict),
        "drawings": list(table_charts(results, table, spent).values()),
        "legend": _legend((row.model for row in rows), look),
        "kernels": {name: ", ".join(sorted(values)) for name, values in by_kernels.items()},
        "rows": [
            {
                "row": row,
                "others": {metric.name: value for metric, value in row.other_metrics},
                "seeds": seeds(row, axis, look[row.model]) if axis and row.model in look else "",
                "train_s": seconds.get(row.model),
                "details": row_details(plan.suite, table, row, plan.runs, records, papers.get(row.model, "")),
            }
            for row in table.rows
        ],
    }


def _together(across: Across, look: Mapping[str, int]) -> dict[str, Any]:
    """What the template needs for all tasks together."""
    return {
        "drawings": list(board_charts(across, look).values()),
        "legend": _legend((standing.model for standing in across.standings), look),
        "shown": prose.SHOWN_THRESHOLDS if across.thresholds else (),
    }


def _legend(labels: Iterable[str], look: Mapping[str, int]) -> list[tuple[Picture, str]]:
    return [(Picture(12, 12, label, (marker(6, 6, look[label]),)), label) for label in labels]


def _inlined(script: str | None = None) -> dict[str, Any]:
    """The style sheet and the script, and a content security policy that allows these two by their hashes alone."""
    style = "".join(path.read_text() for path in STYLES)
    code = (TEMPLATES / script).read_text() if script else ""
    rules = [
        "default-src 'none'",
        f"style-src {_hash(style)}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    if code:
        rules.append(f"script-src {_hash(code)}")
    return {"policy": "; ".join(rules), "style": Markup(style), "script": Markup(code)}  # noqa: S704  our own files


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    """Templates in which every text is cleaned and escaped, unless this package made it as markup."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.globals["formatting"] = formatting
    environment.globals["prose"] = prose
    environment.globals["models"] = RowKind.MODEL
    return environment


def _finalize(value: Any) -> Any:
    if value is None:
        return ""
    return formatting.brief(value) if isinstance(value, str) and not isinstance(value, Markup) else value
