"""Writes the table of published numbers that ours reproduce, from the records: ``python docs/update_anchors.py``.

A test calls :func:`page` and compares, so that no figure in it is typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rnnbench.leaderboard import read_board
from rnnbench.leaderboard.published import Reproduction, reproductions
from rnnbench.records.storage import read_plan

ROOT = Path(__file__).parents[1]
ANCHORS = ROOT / "results" / "published" / "anchors"

_INTRODUCTION = """\
# Published numbers, and ours

Each row is a suite of `suites/anchors/` with the recipe of its source, run as
`rnnbench run suites/anchors/NAME.yaml --data-dir DIR`; its results folder lies beside this page. Several seeds are judged by
their mean. Rows without an aim stand here for comparison.

"""


def page() -> str:
    """The page as it should be."""
    head = ["suite", "table", "published", "by", "ours", "row of ours", "seeds", "aim", "", "source"]
    lines = [head, [":--", ":--", "--:", ":--", "--:", ":--", "--:", ":--", ":--", ":--"], *_lines()]
    return _INTRODUCTION + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _lines() -> Iterator[list[str]]:
    for folder in sorted(path.parent for path in ANCHORS.glob("*/plan.json")):
        for found in reproductions(read_plan(folder).published, read_board(folder).tables):
            yield [f"[{folder.name}]({folder.name}/leaderboard.md)", *_cells(found)]


def _cells(found: Reproduction) -> Iterator[str]:
    number, row = found.number, found.ours
    yield number.task
    yield f"{number.value:g}"
    yield number.who
    yield "" if row is None or row.mean is None else f"{row.mean:.4g}"
    yield number.row or ""
    yield "" if row is None or row.seeds_interval is None else str(row.n)
    yield found.aim
    yield f"**{found.outcome}**" if found.outcome else ""
    yield number.source


if __name__ == "__main__":
    (ANCHORS / "README.md").write_text(page(), encoding="utf-8")
