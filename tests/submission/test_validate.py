"""Honest records are accepted, altered ones refused by the field that gives them away, hostile ones survived."""

from __future__ import annotations

import gzip
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.submission.alterations import ALTERATIONS
from tests.submission.conftest import PUBLISHED, Board, cut

from rnnbench.submission.read import MOST_ITEMS_BYTES, MOST_RECORD_BYTES
from rnnbench.submission.validate.validate import validate

EACH = 5  # of each alteration, with other choices of what and how much


def test_204_honest_records_are_accepted() -> None:
    report = validate(PUBLISHED / "forecasting", tables=False)
    assert report.problems == ()
    assert report.records == report.planned == 204


@pytest.mark.slow
def test_183_honest_records_of_three_more_tasks_are_accepted() -> None:
    report = validate(PUBLISHED / "nlp", tables=False)
    assert report.problems == ()
    assert report.records == 183


def test_the_small_board_is_accepted(honest: Board) -> None:
    assert validate(honest.folder, tables=False).problems == ()


def test_there_are_200_alterations() -> None:
    assert len(ALTERATIONS) * EACH >= 200


@pytest.mark.parametrize("name", ALTERATIONS)
def test_an_altered_record_is_refused_and_named(name: str, honest: Board, tmp_path: Path) -> None:
    for turn in range(EACH):
        board = Board(Path(shutil.copytree(honest.folder, tmp_path / str(turn))))
        expected = ALTERATIONS[name](board, random.Random(f"{name} {turn}"))
        problems = validate(board.folder, tables=False).problems
        assert problems, f"{name}, {turn}: accepted"
        assert any(expected in str(problem) for problem in problems), (expected, list(map(str, problems)))


def test_all_problems_are_told_at_once_with_file_field_expected_and_got(board: Board) -> None:
    first, second = board.ids("train")[:2]
    scored = board.read(f"runs/{first}.json")["metrics"]["mse"]
    board.change(f"runs/{first}.json", lambda record: record["metrics"].update(mse=0.25))
    board.change(f"runs/{second}.json", lambda record: record.update(best_step=1))
    lines = [str(problem) for problem in validate(board.folder, tables=False).problems]
    assert any(line.startswith(f"runs/{second}.json: best_step: expected 500 (the best of its") for line in lines)
    (metric,) = [line for line in lines if "metrics.mse" in line]
    file, field, message = metric.split(": ")
    assert (file, field) == (f"runs/{first}.json", "metrics.mse")
    assert message.endswith("(from the items), got 0.25")
    assert float(message.split()[1]) == pytest.approx(scored, rel=1e-12)


def test_tables_that_are_not_what_the_records_give_are_refused(board: Board) -> None:
    from rnnbench.leaderboard import write_all

    write_all(board.folder)
    assert validate(board.folder).problems == ()
    table = board.folder / "leaderboard.csv"
    table.write_text(table.read_text().replace("elman", "our-model"))
    (problem,) = validate(board.folder).problems
    assert str(problem).startswith("leaderboard.csv: is not what the records give")


def test_what_is_not_checked_is_said(board: Board) -> None:
    def rename(plan):
        plan["tasks"][0]["metrics"][1]["name"] = "house-score"

    board.change("plan.json", rename)
    for run in (*board.ids("train"), *board.ids("baseline")):
        for field in ("metrics", "test_error"):
            board.change(f"runs/{run}.json", lambda r, f=field: r[f].update({"house-score": r[f].pop("mae")}))
    missing = board.ids("train")[0]
    for name in (f"runs/{missing}.json", f"items/{missing}.json.gz"):
        (board.folder / name).unlink()
    report = validate(board.folder, tables=False)
    assert report.problems == ()
    assert any("plugin's own: house-score" in note for note in report.notes)
    assert any(note.startswith("1 of ") and "no record" in note for note in report.notes)
    assert any("consistent forgery" in note for note in report.notes)


def test_a_consistent_forgery_passes_as_the_documentation_says(board: Board) -> None:
    run = board.ids("train")[0]
    board.change_items(run, lambda items: items.update(squared_error=[v / 2 for v in items["squared_error"]]))
    told = [
        problem for problem in validate(board.folder, tables=False).problems if problem.file.endswith(f"{run}.json")
    ]
    expected = {p.field: float(p.message.split()[1]) for p in told}  # the checker itself says what to write

    def forge(record):
        record["metrics"]["mse"] = expected["metrics.mse"]
        for field in ("std", "low", "high"):
            record["test_error"]["mse"][field] = expected[f"test_error.mse.{field}"]

    board.change(f"runs/{run}.json", forge)
    assert validate(board.folder, tables=False).problems == ()


def test_a_gzip_bomb_and_a_record_that_is_too_large_are_not_read(board: Board, monkeypatch) -> None:
    def trusting(folder: Path) -> None:
        pytest.fail("tables were made of files that are not sound")

    monkeypatch.setattr("rnnbench.submission.validate.validate.read_results", trusting)
    (board.folder / "leaderboard.csv").write_text("")
    run, other = board.ids("train")[:2]
    bomb = gzip.compress(b"[" + b" " * (MOST_ITEMS_BYTES + 1), compresslevel=9)
    (board.folder / f"items/{run}.json.gz").write_bytes(bomb)
    (board.folder / f"runs/{other}.json").write_bytes(b" " * (MOST_RECORD_BYTES + 1))
    lines = list(map(str, validate(board.folder).problems))
    assert any(f"items/{run}.json.gz: unpacks to more than" in line for line in lines)
    assert any(f"runs/{other}.json: has" in line and "expected at most" in line for line in lines)


def test_nothing_outside_the_folder_is_read_through_links_or_pipes(board: Board, tmp_path: Path) -> None:
    linked, piped = (board.folder / f"runs/{run}.json" for run in board.ids("train")[:2])
    secret = tmp_path / "secret.json"
    secret.write_text('{"password": "hunter2"}')
    for link in (linked, board.folder / "verified.json"):
        link.unlink(missing_ok=True)
        link.symlink_to(secret)
    piped.unlink()
    os.mkfifo(piped)
    lines = "\n".join(map(str, validate(board.folder, tables=False).problems))
    assert f"runs/{linked.name}: is a link, expected a plain file" in lines
    assert "verified.json: is a link, expected a plain file" in lines
    assert f"runs/{piped.name}: is no plain file" in lines
    assert "hunter2" not in lines


def test_control_characters_in_a_record_do_not_reach_the_terminal(board: Board) -> None:
    run = board.ids("train")[0]
    board.change(f"runs/{run}.json", lambda record: record.update(model="\x1b[2J\u202egru\nok: all is well"))
    for line in map(str, validate(board.folder, tables=False).problems):
        assert line.isprintable()


def test_the_command_needs_neither_torch_nor_plugins_and_exits_with_2(board: Board) -> None:
    program = (
        "import sys\nfrom rnnbench.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    code = end.code\n"
        "heavy = {'torch', 'datasets', 'evaluate', 'pandas', 'scipy', 'rnnbench_models', 'rnnbench_tasks'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\nsys.exit(code)\n"
    )

    def call() -> subprocess.CompletedProcess[str]:
        arguments = [sys.executable, "-c", program, "validate", str(board.folder)]
        return subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)

    accepted = call()
    assert accepted.returncode == 0, accepted.stderr
    assert "are consistent" in accepted.stdout
    board.change(f"runs/{board.ids('train')[0]}.json", lambda record: record["metrics"].update(mse=0.1))
    refused = call()
    assert refused.returncode == 2
    assert "metrics.mse: expected" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_folder_without_a_plan_is_refused(tmp_path: Path) -> None:
    assert "plan.json: No such file" in str(validate(tmp_path).problems[0])


def test_translation_is_checked_against_sacrebleu_and_its_signature(tmp_path: Path) -> None:
    board = cut(PUBLISHED / "nlp", tmp_path, "translation/synchronous-grammar", ("elman",))
    plan = board.plan
    keep = {*board.ids("baseline")[:1], *board.ids("optimum")}
    for run in plan["runs"]:
        if run["id"] not in keep:
            for name in (f"runs/{run['id']}.json", f"items/{run['id']}.json.gz"):
                (tmp_path / name).unlink(missing_ok=True)
    assert validate(tmp_path, tables=False).problems == ()
    (run,) = board.ids("baseline")[:1]
    board.change(f"runs/{run}.json", lambda record: record["signatures"].update(bleu="nrefs:1|case:lc|eff:no|tok:none"))
    board.change_items(run, lambda items: items["hypothesis"].__setitem__(0, items["reference"][0]))
    fields = {problem.field for problem in validate(tmp_path, tables=False).problems}
    assert {"signatures.bleu", "metrics.bleu", "metrics.chrf"} <= fields


JUNK = (None, True, -1, 0, 2**62, 1e308, "", "\0", "../../etc/passwd", [], {}, [[]], {"a": None}, ["x"], {"x": [1]})


def spoiled(value: object, chance: random.Random) -> object:
    """The value with something else in a random place."""
    places = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    inner = list(places)
    if not inner or chance.random() < 0.15:
        return chance.choice(JUNK)
    place = chance.choice(inner)
    changed = dict(value) if isinstance(value, dict) else list(value)
    if chance.random() < 0.1:
        del changed[place]
    else:
        changed[place] = spoiled(value[place], chance)
    return changed


def test_no_file_however_spoiled_ends_in_a_traceback(board: Board) -> None:
    chance, refused = random.Random(5), 0
    for _ in range(50):
        kind = chance.choice(["plan.json", "runs/{}.json", "runs/{}.json", "items/{}.json.gz"])
        name = kind.format(chance.choice(board.ids("train")))
        before = board.read(name)
        board.write(name, spoiled(before, chance))
        refused += bool(validate(board.folder, tables=False).problems)
        board.write(name, before)
    assert refused > 30
