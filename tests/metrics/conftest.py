"""Small boards of baselines alone, made in this process, and ``evaluate`` modules as scripts: no network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rnnbench import Event
from rnnbench.discovery import discover
from rnnbench.execute.job import make_job
from rnnbench.execute.run import run
from rnnbench.plan import Draft, draft
from rnnbench.prepare import prepare
from rnnbench.records.storage import write_plan, write_record
from rnnbench.suite import read_suite

SUITE = """\
suite: small
seeds: 1
budget: {{steps: 5}}
tune: none
models: []
tasks:
  - task: sentiment
    dataset: {{name: reviews, fields: {{train_rows: 60, validation_rows: 30, test_rows: 30}}}}
    {lines}
"""

AGREEMENT = """\
import datasets
import evaluate
import numpy as np


class Agreement(evaluate.Metric):
    def _info(self):
        features = datasets.Features({{"predictions": datasets.Value("int64"), "references": datasets.Value("int64")}})
        return evaluate.MetricInfo(description="Share of equal labels.", citation="", features=features)

    def _compute(self, predictions, references, scale=1.0):
        return {{"agreement": {value}, "count": len(predictions)}}
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """The folder of an ``evaluate`` module."""
    return write_module(tmp_path)


def write_module(folder: Path, value: str = "scale * float(np.mean(np.equal(predictions, references)))") -> Path:
    """An ``evaluate`` module of two results, of which the first is computed so."""
    (folder / "agreement").mkdir(exist_ok=True)
    (folder / "agreement" / "agreement.py").write_text(AGREEMENT.format(value=value), encoding="utf-8")
    return folder / "agreement"


@pytest.fixture
def planned(tmp_path: Path) -> Callable[[str], Draft]:
    """The draft of the suite with these lines in its task."""

    def plan(lines: str) -> Draft:
        path = tmp_path / "small.yaml"
        path.write_text(SUITE.format(lines=lines.replace("\n", "\n    ")), encoding="utf-8")
        suite = read_suite(path, discover())
        prepared = {task.label: prepare(task.task, task.dataset, None, tmp_path / "cache") for task in suite.tasks}
        return draft(suite, prepared, discover(), "cpu")

    return plan


@pytest.fixture
def board(tmp_path: Path, planned: Callable[[str], Draft]) -> Callable[[str], Path]:
    """The results folder of the suite with these lines in its task, all runs carried out."""

    def carry_out(lines: str) -> Path:
        made, folder = planned(lines), tmp_path / "out"
        write_plan(folder, made.plan)
        for assignment in made.assignments.values():
            done = run(make_job(assignment, folder, "cpu", 1e9), discover(), _report, lambda: False)
            assert done.record.status == "done", done.record.reason
            write_record(folder, done.record, done.items)
        return folder

    return carry_out


def _report(event: Event) -> None:
    """Progress is shown to nobody."""
