"""A tiny suite of the built-in plugins on embedded data, prepared once, and a way to run it as a user does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rnnbench.discovery import discover
from rnnbench.plan import Draft, draft
from rnnbench.prepare import prepare
from rnnbench.suite import read_suite

MODELS = ("elman", "jordan", "lstm", "gru", "bidirectional", "attention-seq2seq", "transformer")
TUNE = "{learning_rate: [0.003, 0.01], share: 0.5}"
TASKS = {
    "language-modelling": "{name: grammar-text, fields: {train_rows: 300, validation_rows: 40, test_rows: 60}}",
    "sentiment": "{name: reviews, fields: {train_rows: 200, validation_rows: 40, test_rows: 60}}",
    "translation": "{name: synchronous-grammar, fields: {train_rows: 200, validation_rows: 30, test_rows: 30}}",
    "forecasting": "{name: state-space, fields: {train_rows: 400, validation_rows: 150, test_rows: 200}}",
}
FIELDS = {"language-modelling": "{bptt: 8}", "forecasting": "{lookback: 16, horizon: 4}", "translation": "{beam: 2}"}


def tiny_suite(
    models: tuple[str, ...] = ("lstm", "transformer"),
    tasks: tuple[str, ...] = tuple(TASKS),
    seeds: int = 1,
    budget: str = "{core_params: 8600, steps: 12}",
    tune: str = "none",
    recipe: str = "",
) -> str:
    """The text of a suite file."""
    entries = "".join(
        f"  - {{task: {task}, dataset: {TASKS[task]}, label: {task}, fields: {FIELDS.get(task, '{}')}}}\n"
        for task in tasks
    )
    if not recipe:
        rate = ", learning_rate: 0.01" if tune == "none" else ""
        recipe = f"{{embedding: 12, batch: 8, evaluations: 3{rate}}}"
    return (
        f"suite: tiny\nseeds: {seeds}\nbudget: {budget}\ntune: {tune}\nrecipe: {recipe}\n"
        f"models: [{', '.join(models)}]\ntasks:\n{entries}"
    )


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prepared data, shared by all tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def draft_of(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Callable[[str], Draft]:
    """The draft of a suite's text."""

    def make(text: str) -> Draft:
        path = tmp_path_factory.mktemp("suite") / "tiny.yaml"
        path.write_text(text, encoding="utf-8")
        suite = read_suite(path, discover())
        prepared = {task.label: prepare(task.task, task.dataset, None, cache) for task in suite.tasks}
        return draft(suite, prepared, discover(), "cpu")

    return make


Rnnbench = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def rnnbench(tmp_path: Path, cache: Path) -> Rnnbench:
    """Runs the command line as a user does, in an empty folder."""

    def call(*arguments: str, timeout: float = 120, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from rnnbench.cli import main; main()", *arguments],
            cwd=tmp_path,
            env={**os.environ, "RNNBENCH_CACHE": str(cache), "OMP_NUM_THREADS": "1", "COLUMNS": "100", **environment},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return call


def write(folder: Path, text: str, name: str = "tiny.yaml") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return name


def leaderboard(folder: Path) -> bytes:
    return (folder / "leaderboard.csv").read_bytes()
