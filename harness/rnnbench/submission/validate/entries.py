"""What may lie in a results folder, and of which type each entry has to be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from rnnbench.leaderboard.formats import table_files
from rnnbench.records.files import StorageError, listing, size, subfolder
from rnnbench.submission.problems import Problem

_OTHER_NAMES = re.compile(
    r"plan\.json|runs|items|verified\.json|confirmations|held-back|README\.md|logs|checkpoints|plots|\.lock|\.inputs"
)
DEPTH = {"runs": 1, "items": 1, "logs": 1, "plots": 1, "checkpoints": 2, "confirmations": 2, "held-back": 2}
"""How many levels of folders stand above the plain files of each folder; what is not named here is a plain file."""


def check_entries(folder: Path) -> Iterator[Problem]:
    """Unknown names in ``folder``, and whatever is a link, a pipe, a device, or a folder in place of a file."""
    for entry in listing(folder):
        if _OTHER_NAMES.fullmatch(entry.name) or entry.name in table_files():
            yield from _check(folder, (entry.name,), DEPTH.get(entry.name, 0))
        else:
            yield Problem(entry.name, "", "is no file of a results folder")


def _check(folder: Path, names: tuple[str, ...], depth: int) -> Iterator[Problem]:
    try:
        if depth == 0:
            size(folder.joinpath(*names))
            return
        inner = listing(subfolder(folder, *names))
    except StorageError as error:
        yield Problem("/".join(names), "", error.reason)
        return
    for entry in inner:
        yield from _check(folder, (*names, entry.name), depth - 1)
