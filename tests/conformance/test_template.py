"""A project made by ``rnnbench new-plugin`` keeps all laws at once, and installs, trains and ranks as any other."""

from __future__ import annotations

import csv
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from rnnbench.cli.main import commands
from rnnbench.conformance import Outcome
from rnnbench.conformance.subjects import find_subjects
from rnnbench.discovery import discover
from rnnbench.template import Unwritable, render_plugin, write

NAMES = {"model": "fresh-cell", "task": "fresh-question"}


@pytest.mark.parametrize(("kind", "name"), [("model", "kept-cell"), ("task", "kept-question")])
def test_a_new_project_keeps_all_laws(kind, name, tmp_path, monkeypatch):
    write(render_plugin(kind, name), tmp_path / name)
    monkeypatch.syspath_prepend(tmp_path / name)
    importlib.invalidate_caches()
    subjects = find_subjects(name.replace("-", "_"), discover())
    findings = [case.examine() for case in subjects.cases(None)]
    assert [finding for finding in findings if finding.outcome is Outcome.FAILED] == []
    passed = {finding.law for finding in findings if finding.outcome is Outcome.PASSED}
    assert {"model": "chunks", "task": "scored-once"}[kind] in passed


def test_the_tests_of_a_new_task_name_nothing_that_its_author_replaces():
    tests = render_plugin("task", "filled-question")["tests/test_filled_question.py"]
    assert re.findall(r"filled\w*", tests, re.IGNORECASE) == ["filled_question"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("Fresh_Cell", "name: got 'Fresh_Cell', expected a-z and 0-9 in words joined by single hyphens"),
        ("class", "name: got 'class', expected a-z and 0-9 in words"),
        ("torch", "name: 'torch' would hide the installed module 'torch', expected another name"),
    ],
)
def test_a_name_that_no_package_can_have_is_refused(name, wrong):
    with pytest.raises(Unwritable) as caught:
        render_plugin("model", name)
    assert wrong in str(caught.value)


def test_nothing_is_written_over(tmp_path):
    arguments = ["new-plugin", "model", "fresh-cell", "-o", str(tmp_path)]
    first, second = (CliRunner().invoke(commands, arguments) for _ in range(2))
    assert first.exit_code == 0
    assert "pip install -e" in first.output
    assert second.exit_code == 2
    assert f"{tmp_path}/fresh-cell is there already, expected a new folder" in second.output


@pytest.mark.parametrize(("kind", "name"), NAMES.items())
def test_a_new_project_reads_as_ours_does(kind, name, tmp_path):
    write(render_plugin(kind, name), tmp_path / name)
    for command in (["check"], ["format", "--check"]):
        options = ["--isolated", "--no-cache", "--line-length", "120", "--target-version", "py311", "."]
        program = [sys.executable, "-m", "ruff", *command, *options]
        done = subprocess.run(program, cwd=tmp_path / name, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout.decode()


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), NAMES.items())
def test_a_wheel_of_a_new_project_is_listed_trains_and_ranks(kind, name, tmp_path):
    """Outside the repository: a wheel is built and installed into a folder of its own, as pip would into any other."""
    site = tmp_path / "site"
    environment = {**os.environ, "PYTHONPATH": str(site), "RNNBENCH_CACHE": str(tmp_path / "cache"), "COLUMNS": "200"}

    def call(*command: str, folder: Path = tmp_path) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    rnnbench = ("-c", "from rnnbench.cli import main; main()")
    call(*rnnbench, "new-plugin", kind, name)
    offline = ("--no-deps", "--no-index", "--disable-pip-version-check")
    call("-m", "pip", "wheel", *offline, "--no-build-isolation", "-w", "wheels", f"./{name}")
    (wheel,) = (tmp_path / "wheels").glob("*.whl")
    call("-m", "pip", "install", *offline, "--target", str(site), str(wheel))

    listed = call(*rnnbench, "list").splitlines()
    assert any(line.split()[:3] == [f"{name}[{name}]", "0.1.0", name.replace("-", "_")] for line in listed), listed
    assert any(line.strip().startswith(name) and line.endswith(f"[{name}[{name}]]") for line in listed), listed
    assert "0 failed" in call(*rnnbench, "check", name)
    told = call("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", folder=tmp_path / name)
    assert "failed" not in told

    call(*rnnbench, "run", str(tmp_path / name / "suite.yaml"), "--device", "cpu", "--jobs", "1")
    with (tmp_path / "results" / name / "leaderboard.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["status"] == "done" and row["rank"]]
    ranked = {row["model"] for row in rows}
    assert ranked == ({name, "lstm"} if kind == "model" else {"lstm", "transformer"})
    assert {row["task"] for row in rows} == {"sentiment" if kind == "model" else name}
