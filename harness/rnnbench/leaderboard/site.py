"""A static site over several boards: a first page with their verdicts, and a folder for each board."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import quote

from rnnbench.base.errors import UserError
from rnnbench.leaderboard.formats import FORMATS
from rnnbench.leaderboard.results import read_results
from rnnbench.records.files import subfolder
from rnnbench.records.storage import PLAN, write_text

if TYPE_CHECKING:
    from pathlib import Path


_PAGE = "html"


class NoBoards(UserError):
    """No folder holds a plan to make a site of."""


def write_site(source: Path, out: Path) -> list[Path]:
    """Write the pages of all results folders within ``source``, or one folder further down.

    Returns:
        The files, the first page last.

    Raises:
        NoBoards: no folder in ``source`` holds a plan.
        StorageError: a plan cannot be read, or a file cannot be written.
        DamagedFile: a plan is not one.
    """
    boards_here, further_down = ({path.parent for path in source.glob(f"{depth}/{PLAN}")} for depth in ("*", "*/*"))
    folders = sorted(boards_here | {folder for folder in further_down if folder.parent not in boards_here})
    if not folders:
        raise NoBoards(f"{source}: no folder in it holds a {PLAN}")
    from rnnbench.leaderboard.formats.page import index  # noqa: PLC0415  templates are slow to import

    written, boards = [], []
    for folder in folders:
        name = folder.relative_to(source)
        results, place = read_results(folder), subfolder(out, *name.parts)
        for ending, form in FORMATS.items():
            file_name = "index.html" if ending == _PAGE else form.file_name
            written.append(write_text(place, file_name, form.render(results)))
        boards.append((f"{quote(os.fsencode(name))}/index.html", results.board))
    return [*written, write_text(out, "index.html", index(boards))]
