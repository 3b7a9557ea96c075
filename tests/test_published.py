"""Published boards are what their records say, to the byte, and hold no more than they may."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnbench.leaderboard import FORMATS, read_results
from rnnbench.records.schema import Kind, Status
from rnnbench.records.storage import read_items, read_plan, scan_records

PUBLISHED = Path(__file__).parents[1] / "results" / "published"
UNDER_WAY = {"nlp-public"}
"""Boards of which some runs are still to be done: the same command goes on with them."""
BOARDS = sorted(path.parent for path in PUBLISHED.glob("**/plan.json"))


def test_there_are_boards() -> None:
    assert {"nlp", "forecasting", "memory"} <= {board.name for board in BOARDS}


@pytest.mark.parametrize("folder", BOARDS, ids=lambda folder: folder.name)
def test_the_tables_are_made_from_the_records_alone(folder: Path) -> None:
    results = read_results(folder)
    for form in FORMATS.values():
        published = (folder / form.file_name).read_text(encoding="utf-8")
        assert form.render(results) == published, f"run: rnnbench leaderboard {folder}"


@pytest.mark.parametrize("folder", BOARDS, ids=lambda folder: folder.name)
def test_every_planned_run_is_accounted_for_and_its_items_are_whole(folder: Path) -> None:
    plan, found = read_plan(folder), scan_records(folder)
    assert not found.problems
    planned = {run.id for run in plan.runs}
    assert found.records.keys() < planned if folder.name in UNDER_WAY else found.records.keys() == planned
    for record in found.records.values():
        assert record.status.is_outcome
        if record.kind in (Kind.TRAIN, Kind.BASELINE) and record.status is Status.DONE:
            assert read_items(folder, record.id, record.items_sha256)


@pytest.mark.parametrize("folder", BOARDS, ids=lambda folder: folder.name)
def test_a_board_is_small_enough_to_keep(folder: Path) -> None:
    assert sum(path.stat().st_size for path in (folder / "items").iterdir()) < 5e6
