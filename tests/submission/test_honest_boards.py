"""Every published table, and every old board, is accepted after all that honest people do to it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.submission.honest_boards import HANDLINGS, base_boards, small_board

from rnnbench.submission.validate.validate import validate

CASES = [(source, task, how) for how in HANDLINGS for source, task in base_boards()]
SHORT = random.Random("short form").sample(CASES, 40)


def accepted(source: Path, task: str, how: str, folder: Path) -> None:
    board = small_board(source, task, folder / "board")
    handled = HANDLINGS[how](board, random.Random(f"{source.name} {task} {how}")) or board
    tables = how in ("with its tables and a readme", "with some of its tables")
    problems = validate(handled.folder, tables=tables).problems
    assert problems == (), f"{source.name}, {task}, {how}: " + "; ".join(map(str, problems[:3]))


def test_there_are_300_honest_boards() -> None:
    assert len(CASES) >= 300


@pytest.mark.parametrize(("source", "task", "how"), SHORT, ids=lambda value: getattr(value, "name", value))
def test_an_honest_board_is_accepted(source: Path, task: str, how: str, tmp_path: Path) -> None:
    accepted(source, task, how, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("how", HANDLINGS)
def test_all_honest_boards_are_accepted(how: str, tmp_path: Path) -> None:
    for index, (source, task) in enumerate(base_boards()):
        accepted(source, task, how, tmp_path / str(index))
