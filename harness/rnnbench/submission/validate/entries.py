"""Checks the entries of a results folder: their names, and that each is a plain file or a real folder."""

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
"""By name, the levels of folders above the plain files; an entry that is not listed is itself a plain file."""


def check_entries(folder: Path) -> Iterator[Problem]:
    """Entries of ``folder`` with unknown names, and links, pipes, devices, and folders in place of files."""
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
