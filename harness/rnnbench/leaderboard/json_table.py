"""``leaderboard.json``: the whole board, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rnnbench.records.schema import MetricInfo

if TYPE_CHECKING:
    from rnnbench.leaderboard.board import Board

FORMAT = 1


def render(board: Board) -> str:
    """The board as strict JSON, with what its rows derive written out."""
    document = asdict(board) | {"format": FORMAT}
    for table, plain in zip(board.tables, document["tables"], strict=True):
        for row, entry in zip(table.rows, plain["rows"], strict=True):
            entry |= {"n": row.n, "status": row.status, "provisional": row.provisional}
        plain["verdict"]["sentence"] = table.verdict.sentence
    text = json.dumps(document, allow_nan=False, ensure_ascii=False, sort_keys=True, indent=1, default=_plain)
    return f"{text}\n"


def _plain(value: Any) -> Any:
    if isinstance(value, MetricInfo):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no place in a board")
