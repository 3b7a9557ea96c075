"""A new format is one entry of the registry: every place that knows formats has it."""

from __future__ import annotations

import json
import shutil

import pytest
from click.testing import CliRunner

from rnnbench.cli.main import commands
from rnnbench.leaderboard import FORMATS, Format, write_all
from rnnbench.leaderboard.site import write_site
from rnnbench.submission.export.ro_crate import write_ro_crate
from rnnbench.submission.read import read_submission
from rnnbench.submission.validate.validate import _check_tables


def render(results):
    return f"{len(results.board.tables)} tables\n"


@pytest.fixture
def made(monkeypatch):
    monkeypatch.setitem(FORMATS, "txt", Format("leaderboard.txt", render, "text/plain", "Made up", joinable=True))


def run(*arguments):
    return CliRunner().invoke(commands, ["leaderboard", *map(str, arguments)])


@pytest.mark.usefixtures("made")
def test_the_command_line_offers_it_and_prints_it(folder, tmp_path):
    assert "txt" in run("--help").output
    assert run(folder, folder, "--format", "txt").output == "2 tables\n\n2 tables\n"
    out = tmp_path / "board.txt"
    assert run(folder, "-o", out).exit_code == 0
    assert out.read_text() == "2 tables\n"


def test_the_command_line_refuses_another_and_names_those_that_there_are(folder):
    refused = run(folder, "--format", "txt")
    assert refused.exit_code == 2
    assert all(name in refused.output for name in FORMATS)


@pytest.mark.usefixtures("made")
def test_it_is_written_beside_the_others_and_on_a_site(folder, tmp_path):
    assert folder / "leaderboard.txt" in write_all(folder)
    assert f"{folder}: leaderboard.csv" in run(folder).output.replace("\n", " ")
    boards = tmp_path / "boards"
    shutil.copytree(folder, boards / "mine", ignore=shutil.ignore_patterns("boards"))
    assert tmp_path / "site" / "mine" / "leaderboard.txt" in write_site(boards, tmp_path / "site")


@pytest.mark.usefixtures("made")
def test_a_submission_may_hold_it_if_it_is_what_the_records_give(folder):
    write_all(folder)
    assert not [problem for problem in read_submission(folder).problems if "leaderboard" in problem.file]
    assert not list(_check_tables(folder))
    (folder / "leaderboard.txt").write_text("3 tables\n")
    assert [problem.file for problem in _check_tables(folder)] == ["leaderboard.txt"]


def test_a_submission_may_hold_no_other_table(folder):
    (folder / "leaderboard.txt").write_text("3 tables\n")
    assert [problem.file for problem in read_submission(folder).problems if "leaderboard" in problem.file]


def test_a_page_that_is_not_what_the_records_give_is_found(folder):
    write_all(folder, on_request=True)
    assert not list(_check_tables(folder))
    (folder / "leaderboard.html").write_text("<p>Ours is best.</p>")
    assert [problem.file for problem in _check_tables(folder)] == ["leaderboard.html"]


@pytest.mark.usefixtures("made")
def test_an_archive_describes_it(folder, tmp_path):
    pytest.importorskip("rocrate")
    write_all(folder)
    (metadata,) = write_ro_crate(folder, tmp_path / "crate")
    entities = {each["@id"]: each for each in json.loads(metadata.read_text())["@graph"]}
    assert entities["leaderboard.txt"]["description"] == "Made up"
    assert entities["leaderboard.txt"]["encodingFormat"] == "text/plain"
