"""``rnnbench run`` beside plugins that fail: the failure is told, and everything else goes on."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.pipeline.conftest import TUNE, Rnnbench, tiny_suite, write

FAULTY = '''
"""A plugin whose models go wrong."""
import os, sys
from dataclasses import dataclass
from torch import nn
from rnnbench import Family, Knob, Model, Role, hookimpl

class Broken(nn.Module):
    def __init__(self, width, fault):
        super().__init__()
        self.inner, self.fault = nn.Linear(width, width), fault
    def forward(self, x, state=None):
        if self.fault == "raise":
            raise RuntimeError("the\\nflux capacitor is empty")
        if self.fault == "exit":
            sys.exit(0)
        if self.fault == "die":
            os._exit(0)
        return self.inner(x) * float("nan"), None

@dataclass(frozen=True, kw_only=True)
class Faulty(Model):
    name, paper, family, roles = "faulty", "none", Family.OTHER, frozenset({Role.CAUSAL})
    fault: str = "raise"
    def build(self, role):
        return Broken(self.width, self.fault)

@hookimpl
def rnnbench_models():
    return [Faulty]
'''


TRACKER = '''
"""A plugin that follows runs, and then fails."""
import os
from rnnbench import hookimpl

def note(*words):
    with open(os.environ["TRACKED"], "a") as file:
        print(*words, file=file)
    raise RuntimeError("the tracker is down")

@hookimpl
def rnnbench_run_started(run):
    note("started", run["model"])

@hookimpl
def rnnbench_values_logged(run, step, values):
    note("logged", run["model"], step, "validation_loss" in values)

@hookimpl
def rnnbench_run_finished(record):
    note("finished", record["model"], record["status"])

@hookimpl
def rnnbench_leaderboard_written(folder):
    note("written", folder)
'''


def installed(folder: Path, name: str, source: str) -> dict[str, str]:
    """The environment in which a distribution with this one module is installed."""
    home = folder / "site"
    metadata = home / f"{name}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (home / f"{name}.py").write_text(source, encoding="utf-8")
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(f"[rnnbench]\nplugin = {name}\n", encoding="utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(home), os.environ.get("PYTHONPATH", "")])}


@pytest.fixture
def faulty(tmp_path: Path) -> dict[str, str]:
    """The environment in which a plugin with a faulty model is installed."""
    return installed(tmp_path, "rnnbench_faulty", FAULTY)


@pytest.mark.parametrize(
    ("fault", "status", "reason"),
    [
        ("raise", "failed", "rnnbench_faulty[plugin] in train: RuntimeError: the flux capacitor is empty"),
        ("exit", "failed", "rnnbench_faulty[plugin] in train: SystemExit: 0"),
        ("die", "crashed", "rnnbench_faulty[plugin] in train: the worker was ended with exit code 0"),
        ("nan", "diverged", "the training loss is not finite at step 1"),
    ],
)
def test_a_run_that_goes_wrong_is_a_record_and_the_others_go_on(
    fault: str, status: str, reason: str, rnnbench: Rnnbench, tmp_path: Path, faulty: dict[str, str]
) -> None:
    models = ("lstm", f"{{model: faulty, fields: {{fault: {fault}}}}}")
    write(tmp_path, tiny_suite(models=models, tasks=("sentiment",), budget="{steps: 12}"))
    done = rnnbench("run", "tiny.yaml", **faulty)
    assert "Traceback" not in done.stderr
    assert done.returncode == (0 if status == "diverged" else 1), done.stderr
    records = {
        record["model"]: record
        for record in map(json.loads, (path.read_text() for path in (tmp_path / "results/tiny/runs").iterdir()))
    }
    assert records["lstm"]["status"] == "done"
    assert (records["faulty"]["status"], records["faulty"]["reason"]) == (status, reason)
    assert reason in done.stderr
    assert records["faulty"]["attempts"] == (3 if status == "crashed" else 1)


def test_a_tracker_hears_of_everything_and_harms_nothing_when_it_fails(rnnbench: Rnnbench, tmp_path: Path) -> None:
    write(tmp_path, tiny_suite(models=("lstm",), tasks=("forecasting",), budget="{core_params: 8600, steps: 3}"))
    tracked = tmp_path / "tracked"
    done = rnnbench("run", "tiny.yaml", TRACKED=str(tracked), **installed(tmp_path, "rnnbench_tracker", TRACKER))
    assert done.returncode == 0, done.stderr
    heard = tracked.read_text(encoding="utf-8").splitlines()
    for line in (
        "started lstm",
        "logged lstm 3 True",
        "finished lstm done",
        "started optimum",
        "finished optimum done",
    ):
        assert line in heard
    assert heard[-1] == "written results/tiny"
    failure = "rnnbench_tracker[plugin] in rnnbench_leaderboard_written: RuntimeError: the tracker is down"
    assert f"warning: {failure}" in done.stderr.splitlines()


def test_a_run_whose_tuning_failed_is_not_trained_with_the_rest_of_the_grid(
    rnnbench: Rnnbench, tmp_path: Path, faulty: dict[str, str]
) -> None:
    models = ("lstm", "{model: faulty, fields: {fault: raise}}")
    write(tmp_path, tiny_suite(models=models, tasks=("sentiment",), budget="{steps: 12}", tune=TUNE))
    for _ in range(2):  # and the next call tries the same again
        done = rnnbench("run", "tiny.yaml", **faulty)
        assert done.returncode == 1, done.stderr
        assert "not started: a tuning run that it waits for has no outcome" in done.stderr
        paths = (tmp_path / "results/tiny/runs").iterdir()
        records = [json.loads(path.read_text()) for path in paths]
        assert {record["status"] for record in records if record["model"] == "faulty"} == {"failed"}
        (trained,) = [record for record in records if (record["model"], record["kind"]) == ("lstm", "train")]
        assert trained["chosen"]["learning_rate"] in (0.003, 0.01)
