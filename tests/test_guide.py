"""The guide for plugin authors does what it says: every block of it is run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "plugins" / "README.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`([\w.]+)`:\n\n```\w+\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL))
COMMANDS = [line for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guide's files in a folder, with the metadata that installing them would write."""
    folder = tmp_path_factory.mktemp("guide")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    metadata = folder / f"my_plugin-{project['version']}.dist-info"
    metadata.mkdir()
    named = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (metadata / "METADATA").write_text(named, encoding="utf-8")
    points = "".join(f"{name} = {module}\n" for name, module in project["entry-points"]["rnnbench"].items())
    words = ["bad", "poor", "fair", "good", "fine"]
    lines = [f"{n % 5}\t{words[n % 5]} {'so ' * (n % 3)}{words[(n * 7) % 5]} {n}\n" for n in range(300)]
    (folder / "stars.tsv").write_text("".join(lines), encoding="utf-8")
    (metadata / "entry_points.txt").write_text(f"[rnnbench]\n{points}", encoding="utf-8")
    return folder


def run(folder: Path, *command: str) -> str:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH")))),
        "RNNBENCH_CACHE": str(folder / "cache"),
        "RNNBENCH_DATA": str(folder),
        "COLUMNS": "200",
    }
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rnnbench(folder: Path, *arguments: str) -> str:
    return run(folder, "-c", "from rnnbench.cli import main; main()", *arguments)


def test_every_block_of_code_is_a_file_or_a_command() -> None:
    blocks = re.findall(r"^```(\w+)", PAGE, re.MULTILINE)
    assert len(blocks) == len(FILES) + PAGE.count("```console")
    assert set(FILES) >= {
        "leaky.py",
        "majority.py",
        "symbols.py",
        "share.py",
        "regression.py",
        "tracker.py",
        "processes.py",
        "pyproject.toml",
    }


@pytest.mark.parametrize(("name", "lines"), [("leaky.py", 30), ("majority.py", 45), ("processes.py", 40)])
def test_a_model_takes_30_lines_of_code_a_task_45_and_an_executor_40(name: str, lines: int) -> None:
    assert sum(bool(line.strip()) for line in FILES[name].splitlines()) <= lines


def test_a_text_regression_with_its_dataset_takes_90_lines() -> None:
    assert len(FILES["regression.py"].splitlines()) <= 90, "empty ones counted"


def test_the_text_regression_keeps_every_law_of_tasks_and_datasets(installed: Path) -> None:
    laws = rnnbench(installed, "check", "regression").splitlines()
    assert laws[-1] == "17 laws: 16 passed, 0 failed, 1 n/a", laws
    assert [line.split()[:2] for line in laws if line.startswith("  n/a")] == [["n/a", "optimum"]]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_works(command: str, installed: Path) -> None:
    program, *arguments = command.split()
    assert program == "rnnbench"
    assert rnnbench(installed, *arguments)


def test_the_plugin_trains_in_its_suite_and_its_hook_sees_it(installed: Path) -> None:
    shown = rnnbench(installed, "run", "suite.yaml", "--device", "cpu", "--jobs", "1")
    assert "leaky" in shown
    assert "always-a" in shown
    table = (installed / "results" / "majority" / "leaderboard.csv").read_text(encoding="utf-8")
    assert re.search(r"^majority,symbols,test,leaky,recurrent,right,", table, re.MULTILINE)
    finished = (installed / "finished.txt").read_text(encoding="utf-8").splitlines()
    assert "leaky on majority/symbols: done" in finished


def test_the_executor_gives_the_table_of_the_built_in_one_to_the_byte(installed: Path) -> None:
    for executor in ("local", "processes"):
        options = ("--device", "cpu", "--jobs", "2", "--executor", executor, "--out", executor, "--only", "*/leaky")
        rnnbench(installed, "run", "suite.yaml", *options)
    tables = [(installed / executor / "leaderboard.csv").read_bytes() for executor in ("local", "processes")]
    assert tables[0] == tables[1]
    assert b"leaky" in tables[0]


def test_the_tests_of_the_guide_pass(installed: Path, pytester: pytest.Pytester, monkeypatch) -> None:
    monkeypatch.syspath_prepend(installed)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", str(installed / "test_leaky.py"))
    result.assert_outcomes(passed=14, skipped=3)
