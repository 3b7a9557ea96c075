"""Writes the table of published numbers that ours reproduce, from the records: ``python docs/update_anchors.py``.

A test calls :func:`page` and compares, so that no figure in it is typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rnnbench.leaderboard import read_board
from rnnbench.leaderboard.published import Reproduction

ROOT = Path(__file__).parents[1]
ANCHORS = ROOT / "results" / "published" / "anchors"

_INTRODUCTION = """\
# Published numbers, and ours

Each suite lies in `suites/anchors/` and was run as `rnnbench run suites/anchors/NAME.yaml --data-dir DIR`; its results
folder lies beside this page. Several seeds are judged by their mean. Rows without an aim stand here for comparison.

"""


def page() -> str:
    """The page as it should be."""
    head = ["suite", "table", "published", "by", "ours", "row of ours", "seeds", "aim", "", "source"]
    rule = [":--", ":--", "--:", ":--", "--:", ":--", "--:", ":--", ":--", ":--"]
    lines = [head, rule, *_lines()]
    return _INTRODUCTION + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _lines() -> Iterator[list[str]]:
    for folder in sorted(path.parent for path in ANCHORS.glob("*/plan.json")):
        for table in read_board(folder).tables:
            for found in table.published:
                yield [f"[{folder.name}]({folder.name}/leaderboard.md)", table.label, *_cells(found)]


def _cells(found: Reproduction) -> Iterator[str]:
    number = found.number
    yield f"{number.value:g}"
    yield number.who
    yield "" if found.ours is None else f"{found.ours:.4g}"
    yield number.row or ""
    yield str(found.seeds) if found.seeds and not str(number.row).startswith("baseline:") else ""
    yield found.aim
    yield f"**{found.outcome}**" if found.outcome else ""
    yield number.source


if __name__ == "__main__":
    (ANCHORS / "README.md").write_text(page(), encoding="utf-8")
