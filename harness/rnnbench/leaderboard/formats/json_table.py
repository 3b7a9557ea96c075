"""``leaderboard.json``: the whole board, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from rnnbench.leaderboard.results import Results

FORMAT = 3
"""The format of all tables. Raised whenever other tables are made of the same records; published ones are made again in
the same commit. 2: intervals end where the metric's range does. 3: a verdict may be a baseline's."""


def render(results: Results) -> str:
    """The board as strict JSON, with the derived properties of its rows written out."""
    board = results.board
    document = asdict(board) | {"format": FORMAT}
    for table, plain in zip(board.tables, document["tables"], strict=True):
        for row, entry in zip(table.rows, plain["rows"], strict=True):
            entry |= {"n": row.n, "status": row.status, "provisional": row.provisional}
        plain["verdict"]["sentence"] = table.verdict.sentence
    text = json.dumps(document, allow_nan=False, ensure_ascii=False, sort_keys=True, indent=1, default=_plain)
    return "".join(map(_visible, text)) + "\n"


def _visible(character: str) -> str:
    """A character, escaped if JSON allows it and a terminal or an editor would act upon it."""
    if character.isprintable() or character == "\n":
        return character
    return json.dumps(character)[1:-1]


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no place in a board")
