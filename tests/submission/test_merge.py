"""Merging is a set union: the same bytes in any order, confirmations kept, contradictions held back and named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.submission.conftest import Board

from rnnbench.cli.main import commands
from rnnbench.submission.merge import Incompatible, merge
from rnnbench.submission.validate.validate import validate


def part(honest: Board, folder: Path, keep: slice, machine: str | None = None) -> Board:
    """Some of the trained runs, with everything else, as one of several people may submit them."""
    board = Board(Path(shutil.copytree(honest.folder, folder)))
    kept = board.ids("train")[keep]
    for run in board.ids("train"):
        if run not in kept:
            for name in (f"runs/{run}.json", f"items/{run}.json.gz"):
                (folder / name).unlink()
    if machine is not None:
        for path in (folder / "runs").iterdir():
            board.change(f"runs/{path.name}", lambda record: record["provenance"].update(cpu=machine))
    return board


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_parts_make_the_whole_again_whatever_their_order(honest: Board, tmp_path: Path) -> None:
    parts = [part(honest, tmp_path / f"part{turn}", slice(turn, None, 3), f"machine {turn}") for turn in range(3)]
    merged = []
    for number, order in enumerate((parts, parts[::-1], [parts[1], parts[2], parts[0]])):
        out = tmp_path / f"merged{number}"
        found = merge([board.folder for board in order], out)
        merged.append(content(out))
        assert not found.held_back
    assert all(one == merged[0] for one in merged)
    assert {name for name in merged[0] if name.startswith("runs/")} == {
        f"runs/{run['id']}.json" for run in honest.plan["runs"]
    }
    assert validate(tmp_path / "merged0").problems == ()


def test_a_run_of_two_machines_counts_once_and_the_other_is_kept(honest: Board, tmp_path: Path) -> None:
    first = part(honest, tmp_path / "a", slice(None), "one")
    second = part(honest, tmp_path / "b", slice(3), "another")
    found = merge([first.folder, second.folder], tmp_path / "out")
    kept = [path.parent.name for path in (tmp_path / "out").glob("confirmations/*/*.json")]
    shared = {*second.ids("train")[:3], *second.ids("tune"), *second.ids("baseline"), *second.ids("optimum")}
    assert sorted(kept) == sorted(shared)
    assert found.confirmations == len(shared)
    assert found.runs == len(honest.plan["runs"])


def test_merging_step_by_step_comes_to_the_same(honest: Board, tmp_path: Path) -> None:
    a, b, c = (part(honest, tmp_path / name, slice(turn, None, 2), name).folder for turn, name in enumerate("abc"))
    merge([a, b, c], tmp_path / "at-once")
    merge([b, c], tmp_path / "two")
    merge([tmp_path / "two", a], tmp_path / "by-steps")
    assert content(tmp_path / "by-steps") == content(tmp_path / "at-once")


def test_records_too_far_apart_are_held_back_and_named(honest: Board, tmp_path: Path) -> None:
    first, second = (part(honest, tmp_path / name, slice(None)) for name in "ab")
    run = second.ids("train")[0]
    second.change_items(
        run, lambda items: items.update({name: [2 * v for v in items[name]] for name in items if "error" in name})
    )

    def double(record):
        for metric in ("mse", "mae"):
            record["metrics"][metric] *= 2
            record["test_error"][metric] = {name: 2 * v for name, v in record["test_error"][metric].items()}

    second.change(f"runs/{run}.json", double)
    found = merge([first.folder, second.folder], tmp_path / "out")
    assert list(found.held_back) == [run]
    assert "elman, seed 0: mae" in found.held_back[run]
    assert not (tmp_path / f"out/runs/{run}.json").exists()
    assert len(list((tmp_path / f"out/held-back/{run}").iterdir())) == 2
    again = merge([tmp_path / "out", first.folder], tmp_path / "again")
    assert list(again.held_back) == [run]


def test_an_outcome_wins_over_a_failure(honest: Board, tmp_path: Path) -> None:
    first, second = (part(honest, tmp_path / name, slice(None)) for name in "ab")
    run = first.ids("train")[0]
    (first.folder / f"items/{run}.json.gz").unlink()
    nothing = {"metrics": {}, "test_error": {}, "items_sha256": None, "history": [], "steps": 0, "positions": 0}
    nothing |= {
        "best_step": None,
        "best_validation_loss": None,
        "status": "failed",
        "reason": "no memory",
        "chosen": {},
    }
    first.change(f"runs/{run}.json", lambda record: record.update(nothing))
    found = merge([first.folder, second.folder], tmp_path / "out")
    assert found.confirmations == 0
    assert Board(tmp_path / "out").read(f"runs/{run}.json")["status"] == "done"


def test_what_makes_no_common_board_is_refused(honest: Board, tmp_path: Path) -> None:
    board = part(honest, tmp_path / "a", slice(None))
    with pytest.raises(Incompatible, match="expected a new or an empty folder"):
        merge([honest.folder], board.folder)
    bad = part(honest, tmp_path / "b", slice(None))
    bad.change(f"runs/{bad.ids('train')[0]}.json", lambda record: record["metrics"].update(mse=0.1))
    with pytest.raises(Incompatible, match=r"does not validate:\n.*metrics\.mse: expected"):
        merge([honest.folder, bad.folder], tmp_path / "out")
    other = part(honest, tmp_path / "c", slice(None))
    run = other.ids("optimum")[0]
    other.change_run(run, lambda one: one["resolved"].update(note="another"))
    with pytest.raises(Incompatible, match="of one plan is not in the largest"):
        merge([honest.folder, other.folder], tmp_path / "out")


def test_the_command_says_what_was_held_back_and_what_is_wrong(honest: Board, tmp_path: Path) -> None:
    first, second = (part(honest, tmp_path / name, slice(2)) for name in "ab")
    run = second.ids("tune")[0]

    def worsen(record):
        for point in record["history"]:
            point["validation_loss"] *= 1.2
        record["best_validation_loss"] *= 1.2

    second.change(f"runs/{run}.json", worsen)
    arguments = ["merge", str(first.folder), str(second.folder), "-o", str(tmp_path / "out")]
    held_back = CliRunner().invoke(commands, arguments)
    assert held_back.exit_code == 1
    assert held_back.stderr.startswith(f"held back: {run}: forecasting/state-space, elman, seed 2147483648: done, best")
    refused = CliRunner().invoke(commands, arguments)
    assert (refused.exit_code, refused.stderr) == (2, f"{tmp_path / 'out'}: expected a new or an empty folder\n")
