"""Mistakes in the user's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench import DataMissing

if TYPE_CHECKING:
    from pathlib import Path


class Unusable(DataMissing):
    """A file is there, but is not what a suite says of it: which one, where in it, and what to do."""

    def __init__(self, path: Path, line: int | None, message: str) -> None:
        super().__init__(f"{path}: {message}" if line is None else f"{path}:{line}: {message}")
