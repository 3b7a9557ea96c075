"""Links, pipes, devices, sockets and huge files in place of a board's own: no command follows, waits, grows or breaks.

Each thing is put in each place, and each command reads the folder. Nothing outside it changes or is copied, every
command ends in time with an exit code of its own, and ``validate`` names what is wrong.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.submission.conftest import PUBLISHED, Board, cut
from tests.submission.hostile_things import SECRET, WRONG, bounded, make_outside, put, tree

from rnnbench import load_results
from rnnbench.cli.main import commands
from rnnbench.cli.submitting import _sign
from rnnbench.leaderboard import read_results, write_all
from rnnbench.pipeline.request import Request, check_results_folder
from rnnbench.pipeline.up_to_date import mark_up_to_date, remove_mark, up_to_date_folder
from rnnbench.records.checkpoints import read_checkpoint, remove_checkpoints, write_checkpoint
from rnnbench.records.files import StorageError
from rnnbench.records.logs import open_log, remove_empty_log
from rnnbench.records.storage import (
    DamagedFile,
    read_plan,
    read_records,
    results_lock,
    scan_records,
    write_plan,
    write_record,
)

FOLDERS = (
    "runs", "items", "checkpoints", "checkpoints/ID", "logs", "plots", "confirmations", "confirmations/ID", "held-back",
)  # fmt: skip
FILES = (
    ".lock", ".inputs", "plan.json", "runs/ID.json", "items/ID.json.gz", "checkpoints/ID/a.json", "logs/ID.log",
    "plots/forecasting-state-space-curves.svg", "README.md", "leaderboard.csv", "leaderboard.html", "efficiency.csv",
    "verified.json", "confirmations/ID/0.json", "held-back/ID/0.json",
)  # fmt: skip
BOUNDED = {
    "plan.json", "runs/ID.json", "items/ID.json.gz", "leaderboard.csv", "leaderboard.html", "efficiency.csv",
    "verified.json",
}  # fmt: skip
"""The files that ``validate`` reads."""
WRONG_AT = dict.fromkeys(FOLDERS, (*WRONG, "file")) | dict.fromkeys(FILES, (*WRONG, "folder", "huge"))
PLACES = [(place, thing) for place, things in WRONG_AT.items() for thing in things]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Board:
    """A board of one model, with its tables, to be read only."""
    board = cut(PUBLISHED / "forecasting", tmp_path_factory.mktemp("tiny"), models=("elman",))
    write_all(board.folder)
    return board


def command(*arguments: str) -> Callable[[Path, Path], int]:
    """A command line in which DIR, ABOVE and OUT are folders; returns its exit code."""

    def call(folder: Path, out: Path) -> int:
        places = {"DIR": str(folder), "ABOVE": str(folder.parent), "OUT": str(out)}
        done = CliRunner().invoke(commands, [places.get(argument, argument) for argument in arguments])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        (out.parent / "said").write_text(done.output)
        return done.exit_code

    return call


def frame(folder: Path, out: Path) -> int:
    try:
        load_results(folder)
    except (StorageError, DamagedFile):
        return 2
    return 0


def run(folder: Path, out: Path) -> int:
    """What ``rnnbench run`` does to a folder that is there, without the training."""
    suite = out.parent / "suite.yaml"
    suite.write_text("suite: forecasting\n")
    request = Request(suite=suite, out=folder)
    run_id, record = next(iter(read_records(out.parent / "honest").items()))
    try:
        assert up_to_date_folder(request) is None
        check_results_folder(request)
        with results_lock(folder):
            write_plan(folder, read_plan(out.parent / "honest"))
            remove_mark(folder)
            read_records(folder)
            read_checkpoint(folder, run_id, "a.json")
            os.close(open_log(folder, run_id))
            write_checkpoint(folder, run_id, "a.json", b"{}")
            write_record(folder, record, {"squared_error": [1.0]})
            remove_checkpoints(folder, run_id)
            remove_empty_log(folder, run_id)
            write_all(folder)
            mark_up_to_date(folder, "noted")
    except StorageError:
        return 4
    return 0


COMMANDS: dict[str, Callable[[Path, Path], int]] = {
    "leaderboard": command("leaderboard", "DIR"),
    "run": run,
    "plot": command("plot", "DIR"),
    "ro-crate": command("export", "DIR", "--format", "ro-crate", "-o", "OUT"),
    "site": command("site", "ABOVE", "-o", "OUT"),
    "load_results": frame,
    "merge": command("merge", "DIR", "-o", "OUT"),
    "eval-results": command("export", "DIR", "--format", "eval-results", "-o", "OUT"),
    "compare": command("compare", "DIR", "DIR"),
    "table": command("leaderboard", "DIR", "--format", "md"),
}
CASES = [(place, thing, name) for (place, thing), name in itertools.product(PLACES, COMMANDS)]
QUICK = {
    (place, things[(first + second) % len(things)], name)
    for first, (place, things) in enumerate(WRONG_AT.items())
    for second, name in enumerate(COMMANDS)
}
"""Each command with each place, each place with each thing, and each thing with each command."""


def hostile(tiny: Board, tmp_path: Path, place: str, thing: str) -> tuple[Path, Path, Path]:
    """A copy of the board with the thing in its place, the folder outside, and where the thing is."""
    run_id = tiny.ids("train")[0]
    folder, outside = tmp_path / "boards" / "board", tmp_path / "outside"
    shutil.copytree(tiny.folder, folder)
    (tmp_path / "honest").symlink_to(tiny.folder)
    make_outside(outside, Path(f"{run_id}.json"))
    put(thing, folder / place.replace("ID", run_id), outside)
    return folder, outside, Path(place.replace("ID", run_id))


@pytest.mark.parametrize(
    ("place", "thing", "name"),
    [pytest.param(*case, marks=() if case in QUICK else pytest.mark.slow, id="-".join(case)) for case in CASES],
)
def test_no_command_is_led_astray(place: str, thing: str, name: str, tiny: Board, tmp_path: Path) -> None:
    folder, outside, _ = hostile(tiny, tmp_path, place, thing)
    before, out = tree(outside), tmp_path / "out"
    with bounded():
        code = COMMANDS[name](folder, out)
    assert tree(outside) == before
    assert code in ((0, 4) if name == "run" else (0, 2))
    if place in ("plan.json", "runs") and name != "run":
        assert code == 2
    copied = tree(out) if out.exists() else {}
    assert not any(SECRET.encode() in (content or b"") for content in copied.values())
    assert not any(path.name.endswith(".tmp") for path in folder.glob("*"))


@pytest.mark.parametrize(("place", "thing"), PLACES)
def test_validate_names_it(place: str, thing: str, tiny: Board, tmp_path: Path) -> None:
    folder, outside, where = hostile(tiny, tmp_path, place, thing)
    before = tree(outside)
    with bounded():
        code = command("validate", "DIR")(folder, tmp_path / "out")
    lines = (tmp_path / "said").read_text().splitlines()
    if thing == "huge" and place not in BOUNDED:
        assert code == 0, lines
        return
    assert code == 2, lines
    kind = "folder" if place in FOLDERS else "plain file"
    said = f"is a link, expected a {kind}" if thing.startswith("link") else f"is no {kind}"
    if thing == "huge":
        said = f"has {2**38:,} bytes, expected at most"
    assert any(line.startswith(f"{where}: {said}") for line in lines), lines
    assert tree(outside) == before


def test_the_honest_board_is_accepted(tiny: Board, tmp_path: Path) -> None:
    assert command("validate", "DIR")(tiny.folder, tmp_path / "out") == 0


@pytest.mark.parametrize("two", [(0, 1), (0, 2), (1, 2)])
def test_the_quick_form_has_every_pair(two: tuple[int, int]) -> None:
    assert {tuple(case[one] for one in two) for case in QUICK} == {tuple(case[one] for one in two) for case in CASES}


@pytest.mark.parametrize("thing", [*WRONG, "folder", "huge"])
def test_verify_reads_a_plain_record_alone(thing: str, tiny: Board, tmp_path: Path) -> None:
    folder, outside, where = hostile(tiny, tmp_path, "runs/ID.json", thing)
    before = tree(outside)
    with bounded():
        assert command("verify", str(folder / where))(folder, tmp_path / "out") == 2
    assert tree(outside) == before


@pytest.mark.parametrize("place", ["runs", "verified.json"])
@pytest.mark.parametrize("thing", WRONG)
def test_a_verification_is_signed_in_no_other_folder(place: str, thing: str, tiny: Board, tmp_path: Path) -> None:
    folder, _, _ = hostile(tiny, tmp_path, place, thing)
    before = tree(tmp_path)
    record = read_records(tiny.folder)[tiny.ids("train")[0]]
    with bounded(), pytest.raises((StorageError, DamagedFile)):
        _sign(folder / "runs" / f"{record.id}.json", "somebody", identical=True, found=record)
    assert tree(tmp_path) == before


def test_a_link_to_anothers_runs_does_not_sign_there(tiny: Board, tmp_path: Path) -> None:
    other = Board(Path(shutil.copytree(tiny.folder, tmp_path / "other")))
    folder, _, _ = hostile(tiny, tmp_path, "runs", "link-to-nothing")
    (folder / "runs").unlink()
    (folder / "runs").symlink_to(other.folder / "runs")
    record = read_records(other.folder)[tiny.ids("train")[0]]
    with pytest.raises(StorageError, match="runs: is a link, expected a folder"):
        _sign(folder / "runs" / f"{record.id}.json", "somebody", identical=True, found=record)
    assert not (other.folder / "verified.json").exists()


def test_the_results_folder_itself_may_be_a_link(tiny: Board, tmp_path: Path) -> None:
    shutil.copytree(tiny.folder, tmp_path / "there")
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "here").symlink_to(tmp_path / "there")
    for name in ("leaderboard", "plot", "ro-crate", "site", "merge", "compare"):
        assert COMMANDS[name](tmp_path / "boards" / "here", tmp_path / name) == 0, name
    assert command("validate", "DIR")(tmp_path / "boards" / "here", tmp_path / "out") == 0
    assert (tmp_path / "there" / "leaderboard.html").exists()


def test_a_leaderboard_that_cannot_be_written_is_shown_and_the_reason_given(tiny: Board, tmp_path: Path) -> None:
    folder, _, _ = hostile(tiny, tmp_path, ".lock", "link-to-file")
    assert COMMANDS["leaderboard"](folder, tmp_path / "out") == 0
    said = (tmp_path / "said").read_text()
    assert f"tables are not written: {folder}/.lock: is a link, expected a plain file" in said
    assert "elman" in said


def test_a_folder_of_too_many_entries_is_not_read(tiny: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(shutil.copytree(tiny.folder, tmp_path / "board"))
    monkeypatch.setattr("rnnbench.records.plain.MOST_ENTRIES", 10)
    with pytest.raises(StorageError, match="runs: has more than 10 entries"):
        scan_records(folder)
    monkeypatch.setattr("rnnbench.records.plain.MOST_ENTRIES", 20)
    for number in range(100):
        (folder / "plots").mkdir(exist_ok=True)
        (folder / "plots" / f"{number}.svg").write_text("")
    assert command("validate", "DIR")(folder, tmp_path / "out") == 2
    assert "plots: has more than 20 entries" in (tmp_path / "said").read_text()


def test_a_board_within_a_board_is_not_published(tiny: Board, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny.folder, tmp_path / "boards" / "board"))
    private = Path(shutil.copytree(tiny.folder, tmp_path / "private"))
    shutil.rmtree(folder / "plots", ignore_errors=True)
    (folder / "plots").symlink_to(private)
    assert COMMANDS["site"](folder, tmp_path / "out") == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["board", "index.html"]


def test_a_site_is_written_below_its_folder_alone(tiny: Board, tmp_path: Path) -> None:
    shutil.copytree(tiny.folder, tmp_path / "boards" / "board")
    for place in ("elsewhere", "out"):
        (tmp_path / place).mkdir()
    (tmp_path / "out" / "board").symlink_to(tmp_path / "elsewhere")
    assert COMMANDS["site"](tmp_path / "boards" / "board", tmp_path / "out") == 2
    assert tree(tmp_path / "elsewhere") == {}


# Names and values


@pytest.mark.parametrize("name", [b"runs/\xff.json", b"runs/\x1b[2J.json"])
def test_names_that_are_no_text_are_refused_or_shown_harmlessly(name: bytes, tiny: Board, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny.folder, tmp_path / "boards" / "board"))
    Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("{}")
    assert COMMANDS["ro-crate"](folder, tmp_path / "crate") == 2
    assert "of printable UTF-8" in (tmp_path / "said").read_text()
    for command_name in ("leaderboard", "site", "plot", "load_results", "compare"):
        assert COMMANDS[command_name](folder, tmp_path / command_name) == 0
    assert command("validate", "DIR")(folder, tmp_path / "out") == 2
    assert "\x1b" not in (tmp_path / "said").read_text()


def test_a_site_of_a_folder_whose_name_is_no_text_has_its_address(tiny: Board, tmp_path: Path) -> None:
    shutil.copytree(tiny.folder, os.fsdecode(os.fsencode(tmp_path) + b"/boards/b\xff"))
    assert COMMANDS["site"](tmp_path / "boards" / "b", tmp_path / "out") == 0
    assert 'href="b%FF/index.html"' in (tmp_path / "out" / "index.html").read_text()


def test_control_characters_do_not_reach_the_terminal_through_an_error(tiny: Board, tmp_path: Path) -> None:
    board = Board(Path(shutil.copytree(tiny.folder, tmp_path / "board")))
    board.change("plan.json", lambda plan: plan.update({"\x1b[2J\u202eall is well": 1}))
    assert COMMANDS["table"](board.folder, tmp_path / "out") == 2
    assert all(line.isprintable() for line in (tmp_path / "said").read_text().splitlines())


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda plan: plan["runs"][0].update(task="unknown"), id="run-of-an-unknown-task"),
        pytest.param(lambda plan: plan.update(tasks=[]), id="no-tasks"),
    ],
)
def test_a_run_of_no_task_is_damage(change: Callable[[dict[str, object]], None], tiny: Board, tmp_path: Path) -> None:
    board = Board(Path(shutil.copytree(tiny.folder, tmp_path / "board")))
    board.change("plan.json", change)
    for read in (load_results, read_results):
        with pytest.raises(DamagedFile, match=r"plan\.json: runs\.\w+\.task: .* is none of the plan's tasks"):
            read(board.folder)


JUNK = (None, True, 5, 1e308, "", "x", [], {}, [[]], {"a": None}, {"learning_rate": 5}, {"learning_rate": [[]]})


@pytest.mark.parametrize("field", ["recipe", "budget", "tune", "model", "task", "dataset"])
def test_free_fields_may_hold_anything(field: str, tiny: Board, tmp_path: Path) -> None:
    board = Board(Path(shutil.copytree(tiny.folder, tmp_path / "board")))
    honest = board.plan
    for junk in JUNK:
        plan = json.loads(json.dumps(honest))
        for run_of_plan in plan["runs"]:
            run_of_plan["resolved"][field] = junk
        if field in plan and field != "budget":
            plan[field] = junk
        board.write("plan.json", plan)
        with contextlib.suppress(StorageError, DamagedFile):
            load_results(board.folder)
        with contextlib.suppress(StorageError, DamagedFile):
            read_results(board.folder)


def test_inputs_noted_by_somebody_else_end_in_no_traceback(tiny: Board, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny.folder, tmp_path / "board"))
    suite = tmp_path / "suite.yaml"
    suite.write_text("suite: forecasting\n")
    for content in (b"x\n" + b"[" * 100_000, b"\xff\n[]", b"", b'x\n["\\u0000"]', b"x\n5"):
        (folder / ".inputs").write_bytes(content)
        assert up_to_date_folder(Request(suite=suite, out=folder)) is None
