"""Reads a results folder: the plan, the records, and the board that is made of them."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rnnbench.leaderboard.table import make_board
from rnnbench.records.storage import DamagedFile, StorageError, UnusableFile, read_items, read_plan, scan_records
from rnnbench.records.verifications import VERIFIED, confirmed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rnnbench.leaderboard.board import Board
    from rnnbench.records.schema import Plan, Record


@dataclass(frozen=True)
class Results:
    """The plan and the records of a results folder, and the board that is made of them."""

    plan: Plan
    records: Mapping[str, Record]
    board: Board


def read_results(folder: Path) -> Results:
    """The plan, records and leaderboard of a results folder.

    Raises:
        StorageError: there is no plan, or it cannot be read.
        DamagedFile: the plan is not one.
    """

    def items(record: Record) -> Mapping[str, Sequence[Any]] | None:
        with contextlib.suppress(StorageError, DamagedFile):
            return read_items(folder, record.id, record.items_sha256)
        return None

    plan, scanned = read_plan(folder), scan_records(folder)
    problems, verified = list(scanned.problems), set[str]()
    try:
        verified = confirmed(folder, scanned.records)
    except (StorageError, DamagedFile) as error:
        problems.append(UnusableFile(VERIFIED, getattr(error, "problem", "cannot be read")))
    return Results(plan, scanned.records, make_board(plan, scanned.records, problems, items, verified))


def read_board(folder: Path) -> Board:
    """The leaderboard of a results folder.

    Raises:
        StorageError: there is no plan, or it cannot be read.
        DamagedFile: the plan is not one.
    """
    return read_results(folder).board
