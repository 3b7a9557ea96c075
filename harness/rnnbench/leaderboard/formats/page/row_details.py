"""The details that open under a row of the page: the command to rerun it, its records, settings and provenance."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from rnnbench.leaderboard.formatting import brief, clean
from rnnbench.records.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnnbench.leaderboard.board import Row, Table
    from rnnbench.records.schema import PlannedRun, Record

_MOST_LINES = 400


@dataclass(frozen=True)
class RowDetails:
    """What a reader needs to check a row and to rerun it."""

    command: str
    runs: tuple[tuple[PlannedRun, Record | None], ...]
    paper: str
    resolved: Markup
    provenance: Markup


def row_details(
    suite: str, table: Table, row: Row, runs: Sequence[PlannedRun], records: Mapping[str, Record], paper: str
) -> RowDetails:
    """The details of a row.

    Args:
        suite: the board's suite.
        table: the row's table.
        row: the row.
        runs: the planned runs of the board.
        records: the records of the board, by run id.
        paper: the citation of the row's model, or nothing.
    """
    own = sorted(
        (run for run in runs if run.model == row.model and run.task == table.label and run.kind is not Kind.TUNE),
        key=lambda run: (-1 if run.seed is None else run.seed, run.id),
    )
    pairs = tuple((run, records.get(run.id)) for run in own)
    first = next((record for _, record in pairs if record), None)
    only = f"{table.label}/{row.model}"
    return RowDetails(
        command=" ".join(["rnnbench run", _word(f"{suite}.yaml"), "--only", _word(only)]),
        runs=pairs,
        paper=paper,
        resolved=block(first.resolved if first else {}),
        provenance=block(first.provenance if first else {}),
    )


def block(value: Any) -> Markup:
    """A value as indented JSON, each line of it cleaned and escaped."""
    lines = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2).split("\n")
    shown = [" " * (len(line) - len(line.lstrip(" "))) + brief(line) for line in lines[:_MOST_LINES]]
    return Markup("\n").join(escape(line) for line in [*shown, *["…"] * (len(lines) > _MOST_LINES)])


def _word(text: str) -> str:
    return shlex.quote(clean(text))
