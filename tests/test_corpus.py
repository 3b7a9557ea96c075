"""Boards that earlier versions made are read, found valid and ranked as before, whatever has changed since."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from rnnbench import load_results
from rnnbench.leaderboard import read_results, write_all
from rnnbench.leaderboard.formats import table_files
from rnnbench.leaderboard.formats.json_table import FORMAT
from rnnbench.records.schema import Kind, Status
from rnnbench.records.storage import read_items, read_plan, scan_records
from rnnbench.submission.merge import merge
from rnnbench.submission.validate.validate import validate

CORPUS = Path(__file__).with_name("corpus")
BOARDS = sorted(path.parent for path in CORPUS.glob("*/*/plan.json"))
each = pytest.mark.parametrize("folder", BOARDS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")


def made_by(folder: Path) -> int:
    return int(json.loads((folder / "leaderboard.json").read_text(encoding="utf-8")).get("format", 1))


def test_the_corpus_has_every_kind_of_board_and_run() -> None:
    assert {"tuned", "memory", "withheld", "tagging", "unfinished", "merged"} <= {board.name for board in BOARDS}
    records = [record for board in BOARDS for record in scan_records(board).records.values()]
    assert {record.kind for record in records} == set(Kind)
    assert {record.status for record in records} >= {Status.DONE, Status.DIVERGED, Status.FAILED, Status.TIMEOUT}
    assert any(read_plan(board).skips for board in BOARDS)
    for name in ("verified.json", "confirmations"):
        assert any((board / name).exists() for board in BOARDS)
    assert sum(path.stat().st_size for path in CORPUS.glob("**/*") if path.is_file()) < 1.5e6


@each
def test_a_board_of_an_earlier_version_is_read_and_valid(folder: Path) -> None:
    plan, found = read_plan(folder), scan_records(folder)
    assert not found.problems
    assert found.records.keys() == {run.id for run in plan.runs}
    for record in found.records.values():
        if record.items_sha256:
            assert read_items(folder, record.id, record.items_sha256)
    problems = validate(folder).problems
    if made_by(folder) == FORMAT:
        assert problems == ()
    else:
        assert [problem.message for problem in problems] == [
            f"made by format {made_by(folder)}; run `rnnbench leaderboard {folder}`"
        ]
    frame = load_results(folder)
    assert list(frame["run"]) == [run.id for run in plan.runs]
    assert set(frame["status"]) == {str(record.status) for record in found.records.values()}


@each
def test_it_is_ranked_as_it_was(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "board"))
    write_all(copy, on_request=True)
    assert validate(copy).problems == ()
    if made_by(folder) == FORMAT:
        for name in table_files():
            if (folder / name).exists():
                assert (copy / name).read_bytes() == (folder / name).read_bytes(), name
    check_ranks(folder, copy)
    assert all(table.rows for table in read_results(folder).board.tables)


def check_ranks(before: Path, after: Path) -> None:
    """Both have the same rows with the same ranks and means."""
    for row, again in zip(rows(before), rows(after), strict=True):
        for column in ("task", "dataset", "model", "metric", "n", "rank", "status"):
            assert again[column] == row[column]
        if row["mean"]:
            assert float(again["mean"]) == pytest.approx(float(row["mean"]), rel=1e-9)


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "leaderboard.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_boards_of_earlier_versions_are_merged_again(tmp_path: Path) -> None:
    for version in {board.parent for board in BOARDS}:
        out = tmp_path / version.name
        merged = merge([version / "merged", version / "memory"], out)
        assert not merged.held_back
        assert merged.confirmations
        check_ranks(version / "merged", out)


def test_tables_of_another_format_are_refused_in_one_line(tmp_path: Path) -> None:
    board = Path(shutil.copytree(CORPUS / "0.1.0" / "memory", tmp_path / "board"))
    write_all(board)
    table = board / "leaderboard.json"
    table.write_text(table.read_text().replace(f'"format": {FORMAT}', f'"format": {FORMAT + 1}'))
    (board / "leaderboard.csv").write_text("task,model\n")
    (problem,) = validate(board).problems
    assert str(problem) == (
        f"leaderboard.json: format: made by format {FORMAT + 1}; run `rnnbench leaderboard {board}`"
    )
    write_all(board)
    assert validate(board).problems == ()
    table.write_text(table.read_text().replace(f' "format": {FORMAT},\n', ""))
    (problem,) = validate(board).problems
    assert problem.message.startswith("is not what the records give" if FORMAT == 1 else "made by format 1;")
