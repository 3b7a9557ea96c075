"""Writes the table of published numbers that ours reproduce, from the records: ``python docs/update_anchors.py``.

A test calls :func:`page` and compares, so that no figure in it is typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rnnbench.leaderboard import read_board
from rnnbench.leaderboard.board import Row, RowKind, Table
from rnnbench.leaderboard.prose import aim, result

ROOT = Path(__file__).parents[1]
ANCHORS = ROOT / "results" / "published" / "anchors"

_INTRODUCTION = """\
# Published numbers, and ours

Each suite lies in `suites/anchors/` and was run as `rnnbench run suites/anchors/NAME.yaml --data-dir DIR`; its results
folder lies beside this page. Several seeds are judged by their mean. Rows without an aim stand here for comparison.

"""


def page() -> str:
    """The page as it should be."""
    tables = [
        (folder.name, table)
        for folder in sorted(path.parent for path in ANCHORS.glob("*/plan.json"))
        for table in read_board(folder).tables
        if table.published
    ]
    head = ["suite", "table", "published", "by", "ours", "row of ours", "seeds", "aim", "", "source"]
    lines = [head, [":--", ":--", "--:", ":--", "--:", ":--", "--:", ":--", ":--", ":--"]]
    for name, table in tables:
        lines += [[f"[{name}]({name}/leaderboard.md)", table.label, *cells] for cells in _lines(table)]
    orders = [_order(table) for _, table in tables if any(found.number.row is None for found in table.published)]
    return _INTRODUCTION + "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n" + "".join(orders)


def _lines(table: Table) -> Iterator[list[str]]:
    """Each published number, then what else of ours stands beside them."""
    for found in table.published:
        number = found.number
        yield [
            f"{number.value:g}",
            number.who,
            "" if found.ours is None else f"{found.ours:.4g}",
            number.row or "",
            str(found.seeds) if found.seeds else "",
            aim(found),
            f"**{result(found)}**" if result(found) else "",
            number.source,
        ]
    held = {found.number.row for found in table.published}
    for row in _ours(table):
        if row.model not in held:
            yield ["", "", f"{row.mean:.4g}", row.model, str(row.n), "", "", ""]


def _ours(table: Table) -> list[Row]:
    """The models, and the best baseline."""
    wanted = (row for row in table.rows if row.kind is RowKind.MODEL or row.model == table.best_baseline)
    return [row for row in wanted if row.mean is not None and row.complete]


def _order(table: Table) -> str:
    """Who wins, in a line: published numbers and ours, best first."""
    scores = [(found.number.value, found.number.who) for found in table.published if found.number.row is None]
    scores += [(row.mean, row.model) for row in _ours(table) if row.mean is not None]
    scores.sort(reverse=table.metric.maximise)
    best_first = ", ".join(f"{name} {score:.4g}" for score, name in scores)
    return f"- {table.label}, {table.metric.name}, best first: {best_first}.\n"


if __name__ == "__main__":
    (ANCHORS / "README.md").write_text(page(), encoding="utf-8")
