"""The formats that a leaderboard can be written in. A new format is one module and one line of :data:`FORMATS`.

The command line, ``rnnbench site``, the checks of a submission and the exports all read this registry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench.leaderboard.formats import csv_table, json_table, markdown, tex

if TYPE_CHECKING:
    from collections.abc import Callable

    from rnnbench.leaderboard.results import Results


@dataclass(frozen=True)
class Format:
    """A file that is made of a results folder."""

    file_name: str
    render: Callable[[Results], str]
    """The file's text: the same whenever plan and records are the same."""
    media_type: str
    description: str
    joinable: bool = False
    """Whether the texts of several boards, one after the other, are a file of the same format."""
    on_request: bool = False
    """Whether it is written by ``rnnbench leaderboard`` alone, and not after each run: it is slow to make."""


def _page(results: Results) -> str:
    from rnnbench.leaderboard.formats.page import render  # noqa: PLC0415  templates are slow to import

    return render(results)


FORMATS: dict[str, Format] = {
    "csv": Format(
        "leaderboard.csv", csv_table.render, "text/csv", "The leaderboard: a row for each model on each task"
    ),
    "json": Format(
        "leaderboard.json", json_table.render, "application/json", "The leaderboard, with all that it was made under"
    ),
    "md": Format("leaderboard.md", markdown.render, "text/markdown", "The leaderboard, to read", joinable=True),
    "tex": Format("leaderboard.tex", tex.render, "text/x-tex", "The leaderboard, to typeset", joinable=True),
    "html": Format(
        "leaderboard.html", _page, "text/html", "The leaderboard as a page that needs no network", on_request=True
    ),
}
"""The formats of a leaderboard, by name: the ending of their files, and what ``--format`` takes."""

EFFICIENCY = Format(
    "efficiency.csv", csv_table.efficiency, "text/csv", "Times, throughput and memory: comparable within one machine"
)
"""The table of costs, which is written beside the leaderboard."""


def table_files() -> dict[str, Format]:
    """Every file that is made of plan and records, by its name."""
    return {each.file_name: each for each in (*FORMATS.values(), EFFICIENCY)}
