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
from rnnbench.leaderboard.board import RowKind
from rnnbench.leaderboard.efficiency import costs
from rnnbench.leaderboard.page import charts
from rnnbench.leaderboard.page.origin import origin
from rnnbench.leaderboard.page.svg import marker, picture
from rnnbench.records.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnnbench.leaderboard.board import Board, Row, Table
    from rnnbench.leaderboard.efficiency import Cost
    from rnnbench.leaderboard.results import Results
    from rnnbench.records.schema import Record

_TEMPLATES = Path(__file__).parent / "templates"


def render(results: Results) -> str:
    """The page of one results folder."""
    board = results.board
    spent = costs(results.plan, results.records)
    tables = [_table(results, table, [cost for cost in spent if cost.task == table.label]) for table in board.tables]
    return _environment().get_template("page.html").render(board=board, tables=tables, **_inlined("page.js"))


def index(boards: Sequence[tuple[str, Board]]) -> str:
    """A page of links: (address, board), each with its verdicts."""
    return _environment().get_template("index.html").render(boards=boards, **_inlined())


def _table(results: Results, table: Table, spent: Sequence[Cost]) -> dict[str, Any]:
    """What the template needs of a table beside the table itself."""
    plan, records = results.plan, results.records
    models = [row for row in table.rows if row.kind is RowKind.MODEL]
    # a model looks the same in all tables
    looks = {
        label: look for look, label in enumerate(sorted({run.model for run in plan.runs if run.kind is Kind.TRAIN}))
    }
    papers = {model.label: model.paper for model in plan.models}
    axis = charts.seeds_axis(models)
    curves = [charts.curve(row.model, looks[row.model], _trained(results, table, row)) for row in models]
    times = {cost.model: cost.train_s for cost in spent if cost.train_s > 0}
    one_machine = len({cost.machine for cost in spent}) < 2
    drawings = [
        charts.learning_curves(table.label, curves),
        charts.against(table, "parameters in all", _known(models, "params"), looks),
        charts.against(table, "seconds of training", times, looks) if one_machine else None,
        charts.against(table, "bytes of state", _known(models, "state_bytes"), looks),
    ]
    return {
        "table": table,
        "digits": text.decimals(table),
        "others": list(dict.fromkeys(metric for row in table.rows for metric, _ in row.other_metrics)),
        "optimum": any(row.to_optimum is not None for row in table.rows),
        "difference": charts.difference(table.verdict),
        "drawings": [drawing for drawing in drawings if drawing],
        "legend": [(picture(12, 12, row.model, marker(6, 6, looks[row.model])), row.model) for row in models],
        "rows": [
            {
                "row": row,
                "others": {metric.name: value for metric, value in row.other_metrics},
                "seeds": charts.seeds(row, axis, looks[row.model]) if axis and row.model in looks else "",
                "train_s": times.get(row.model),
                "origin": origin(plan.suite, table, row, plan.runs, records, papers.get(row.model, "")),
            }
            for row in table.rows
        ],
    }


def _trained(results: Results, table: Table, row: Row) -> list[Record]:
    return [
        results.records[run.id]
        for run in results.plan.runs
        if run.kind is Kind.TRAIN and (run.task, run.model) == (table.label, row.model) and run.id in results.records
    ]


def _known(rows: Sequence[Row], field: str) -> Mapping[str, float]:
    return {row.model: value for row in rows if (value := getattr(row, field))}


def _inlined(script: str | None = None) -> dict[str, Any]:
    """Style and script, and the policy that lets these two pass by their hashes and nothing else."""
    style = (_TEMPLATES / "page.css").read_text()
    code = (_TEMPLATES / script).read_text() if script else ""
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
        loader=FileSystemLoader(_TEMPLATES),
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
