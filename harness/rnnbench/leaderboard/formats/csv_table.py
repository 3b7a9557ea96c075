"""``leaderboard.csv`` and ``efficiency.csv``: a row for each task, dataset and model label; see :data:`COLUMNS`."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from rnnbench.leaderboard.efficiency import Cost, costs
from rnnbench.leaderboard.formatting import clean, exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rnnbench.leaderboard.board import Row, Table
    from rnnbench.leaderboard.results import Results

Cell = str | float | None

COLUMNS = (
    "task",
    "dataset",
    "split",
    "model",
    "family",
    "metric",
    "unit",
    "direction",
    "n",
    "planned",
    "mean",
    "std",
    "ci_low",
    "ci_high",
    "rank",
    "core_params",
    "params",
    "state_bytes",
    "status",
    "label",
    "provisional",
    "diverged",
    "test_low",
    "test_high",
    "to_optimum",
    "to_baseline",
    "positions",
    "tune_positions",
    "values",
    "other_metrics",
    "chosen",
    "marks",
)
"""The columns of ``leaderboard.csv``. ``label`` is the suite's name for (task, dataset); ``values`` are seed=score."""


_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
"""The characters that open a formula in a spreadsheet, full-width forms too."""


def render(results: Results) -> str:
    """``leaderboard.csv``."""
    return _write(COLUMNS, (_cells(table, row) for table in results.board.tables for row in table.rows))


def efficiency(results: Results) -> str:
    """``efficiency.csv``: a row for each task and model, with the fields of :class:`Cost`."""
    return _write([field.name for field in fields(Cost)], map(asdict, costs(results.plan, results.records)))


def _cells(table: Table, row: Row) -> dict[str, Cell]:
    seeds, test = row.seeds_interval, row.test_interval
    return {
        "task": table.task,
        "dataset": table.dataset,
        "split": table.split,
        "model": row.model,
        "family": row.family,
        "metric": row.metric.name,
        "unit": row.metric.unit,
        "direction": row.metric.direction,
        "n": row.n,
        "planned": row.planned,
        "mean": row.mean,
        "std": row.std,
        "ci_low": seeds.low if seeds else None,
        "ci_high": seeds.high if seeds else None,
        "rank": row.rank,
        "core_params": row.core_params,
        "params": row.params,
        "state_bytes": row.state_bytes,
        "status": row.status,
        "label": table.label,
        "provisional": int(row.provisional),
        "diverged": row.diverged,
        "test_low": test.low if test else None,
        "test_high": test.high if test else None,
        "to_optimum": row.to_optimum,
        "to_baseline": row.to_baseline,
        "positions": row.positions,
        "tune_positions": row.tune_positions,
        "values": " ".join(exact(v) if s is None else f"{s}={exact(v)}" for s, v in row.values),
        "other_metrics": "; ".join(f"{metric.name}={exact(v)}" for metric, v in row.other_metrics),
        "chosen": "; ".join(row.chosen),
        "marks": "; ".join(row.marks),
    }


def _write(columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return stream.getvalue()


def _cell(value: Cell) -> str:
    """A cell that no spreadsheet evaluates: text that looks like a formula gets an apostrophe."""
    if not isinstance(value, str):
        return exact(value)
    text = clean(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
