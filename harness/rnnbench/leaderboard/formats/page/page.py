"""A results folder as a page, and several as a site's first page."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rnnbench.leaderboard import text
from rnnbench.leaderboard.across import SHOWN
from rnnbench.leaderboard.board import RowKind
from rnnbench.leaderboard.efficiency import costs
from rnnbench.leaderboard.formats.page import charts, summaries
from rnnbench.leaderboard.formats.page.drawings import drawings, looks, models, times
from rnnbench.leaderboard.formats.page.origin import origin
from rnnbench.leaderboard.formats.page.svg import Picture, marker

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rnnbench.leaderboard.across import Across
    from rnnbench.leaderboard.board import Board, Table
    from rnnbench.leaderboard.efficiency import Cost
    from rnnbench.leaderboard.results import Results

TEMPLATES = Path(__file__).parent / "templates"
STYLES = ("page.css", "chart.css")


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
    """What the template needs of a table beside the table itself."""
    plan, records = results.plan, results.records
    rows = models(table)
    papers = {model.label: model.paper for model in plan.models}
    axis = charts.seeds_axis(rows)
    by_kernels = times(spent)
    seconds = {model: value for values in by_kernels.values() for model, value in values.items()}
    return {
        "table": table,
        "digits": text.decimals(table),
        "others": list(dict.fromkeys(metric for row in table.rows for metric, _ in row.other_metrics)),
        "optimum": any(row.to_optimum is not None for row in table.rows),
        "middle": any(row.interquartile_mean is not None for row in table.rows),
        "beats": any(row.beats_first is not None for row in table.rows),
        "difference": charts.difference(table.verdict),
        "drawings": list(drawings(results, table, spent).values()),
        "legend": _legend((row.model for row in rows), look),
        "kernels": {name: ", ".join(sorted(values)) for name, values in by_kernels.items()},
        "rows": [
            {
                "row": row,
                "others": {metric.name: value for metric, value in row.other_metrics},
                "seeds": charts.seeds(row, axis, look[row.model]) if axis and row.model in look else "",
                "train_s": seconds.get(row.model),
                "origin": origin(plan.suite, table, row, plan.runs, records, papers.get(row.model, "")),
            }
            for row in table.rows
        ],
    }


def _together(across: Across, look: Mapping[str, int]) -> dict[str, Any]:
    """The same of all tasks together."""
    return {
        "drawings": list(summaries.drawings(across, look).values()),
        "legend": _legend((standing.model for standing in across.standings), look),
        "shown": SHOWN if across.thresholds else (),
    }


def _legend(labels: Iterable[str], look: Mapping[str, int]) -> list[tuple[Picture, str]]:
    return [(Picture(12, 12, label, (marker(6, 6, look[label]),)), label) for label in labels]


def _inlined(script: str | None = None) -> dict[str, Any]:
    """Style and script, and the policy that lets these two pass by their hashes and nothing else."""
    style = "".join((TEMPLATES / name).read_text() for name in STYLES)
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
    """Templates in which every text is cleaned and escaped, unless this package made markup of it."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.globals["text"] = text
    environment.globals["models"] = RowKind.MODEL
    return environment


def _finalize(value: Any) -> Any:
    if value is None:
        return ""
    return text.brief(value) if isinstance(value, str) and not isinstance(value, Markup) else value
