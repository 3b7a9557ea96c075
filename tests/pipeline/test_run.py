"""``rnnbench run`` as a user sees it: the same bytes however it is run, nothing done twice, failures told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.pipeline.conftest import Rnnbench, tiny_suite

TUNE = "{learning_rate: [0.003, 0.01], share: 0.5}"
SUITE = tiny_suite(models=("lstm", "transformer"), tasks=("sentiment", "forecasting"), tune=TUNE)

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


def write(folder: Path, text: str, name: str = "tiny.yaml") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return name


def leaderboard(folder: Path) -> bytes:
    return (folder / "leaderboard.csv").read_bytes()


def test_the_same_bytes_serial_parallel_reordered_and_stopped(rnnbench: Rnnbench, tmp_path: Path) -> None:
    write(tmp_path, SUITE)
    serial = rnnbench("run", "tiny.yaml", "--jobs", "1", "--out", "serial")
    assert serial.returncode == 0, serial.stderr
    parallel = rnnbench("run", "tiny.yaml", "--jobs", "3", "--out", "parallel")
    assert parallel.returncode == 0, parallel.stderr
    write(
        tmp_path,
        tiny_suite(models=("transformer", "lstm"), tasks=("forecasting", "sentiment"), tune=TUNE),
        "other.yaml",
    )
    reordered = rnnbench("run", "other.yaml", "--out", "reordered", PYTHONHASHSEED="7", TZ="Asia/Tokyo", LC_ALL="C")
    assert reordered.returncode == 0, reordered.stderr
    for part in ("*/lstm", "sentiment", "forecasting"):
        assert rnnbench("run", "tiny.yaml", "--only", part, "--out", "piecewise").returncode == 0
    assert rnnbench("run", "tiny.yaml", "--out", "piecewise").returncode == 0
    boards = {name: leaderboard(tmp_path / name) for name in ("serial", "parallel", "reordered", "piecewise")}
    assert len(set(boards.values())) == 1
    rows = boards["serial"].decode().splitlines()
    assert len(rows) == 1 + 2 * 2 + 3 + 4 + 2, "two models on two tasks, baselines, and an optimum each"
    items = {path.name: path.read_bytes() for path in (tmp_path / "serial" / "items").iterdir()}
    assert items == {path.name: path.read_bytes() for path in (tmp_path / "parallel" / "items").iterdir()}
    assert not list((tmp_path / "serial").glob("checkpoints/*"))


def test_a_second_call_starts_nothing_and_imports_no_torch(rnnbench: Rnnbench, tmp_path: Path) -> None:
    write(tmp_path, tiny_suite(models=("lstm",), tasks=("sentiment",)))
    first = rnnbench("run", "tiny.yaml")
    assert first.returncode == 0, first.stderr
    assert "model" in first.stderr
    assert "sentiment" in first.stdout
    records = {path: path.stat().st_mtime_ns for path in (tmp_path / "results" / "tiny" / "runs").iterdir()}
    # an import of torch, or of a plugin, which imports torch, would now fail
    poison = tmp_path / "poison"
    for name in ("torch", "pandas", "datasets", "evaluate"):
        (poison / name).mkdir(parents=True)
        (poison / name / "__init__.py").write_text("raise SystemExit('imported')", encoding="utf-8")
    again = rnnbench("run", "tiny.yaml", PYTHONPATH=str(poison))
    assert again.returncode == 0, again.stderr
    assert again.stdout == first.stdout
    assert "every selected run has an outcome already" in again.stderr
    assert records == {path: path.stat().st_mtime_ns for path in records}
    told = rnnbench("leaderboard", "results/tiny", PYTHONPATH=str(poison)).stdout
    assert told.splitlines()[:-1] == first.stdout.splitlines()[:-1], "all but the names of the files"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_suite_says_how_to_go_on_and_goes_on_to_the_same_bytes(
    number: signal.Signals, code: int, rnnbench: Rnnbench, tmp_path: Path, cache: Path
) -> None:
    text = tiny_suite(models=("lstm",), tasks=("language-modelling",), budget="{core_params: 8600, steps: 400}")
    write(tmp_path, text)
    assert rnnbench("run", "tiny.yaml", "--out", "straight").returncode == 0
    command = [sys.executable, "-c", "from rnnbench.cli import main; main()", "run", "tiny.yaml", "--out", "stopped"]
    environment = {
        **os.environ,
        "RNNBENCH_CACHE": str(cache),
        "OMP_NUM_THREADS": "1",
        "RNNBENCH_CHECKPOINT_SECONDS": "0.2",
    }
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not list((tmp_path / "stopped").glob("checkpoints/*/*.json")) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
    assert process.returncode == code, said
    assert said.splitlines()[-1].endswith("this goes on: rnnbench run tiny.yaml --out stopped")
    again = rnnbench("run", "tiny.yaml", "--out", "stopped")
    assert again.returncode == 0, again.stderr
    assert leaderboard(tmp_path / "stopped") == leaderboard(tmp_path / "straight")
    records = [json.loads(path.read_text()) for path in (tmp_path / "stopped" / "runs").iterdir()]
    assert [record["resumed"] for record in records if record["kind"] == "train"] == [1]


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


def test_dry_run_shows_the_plan_and_writes_nothing(rnnbench: Rnnbench, tmp_path: Path) -> None:
    write(tmp_path, tiny_suite(models=("lstm", "bidirectional"), tasks=("language-modelling", "sentiment")))
    done = rnnbench("run", "tiny.yaml", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "not run: bidirectional on language-modelling: sees the future" in done.stderr
    assert "10 runs to do" in done.stderr
    assert not (tmp_path / "results").exists()


def test_fresh_moves_the_old_results_aside(rnnbench: Rnnbench, tmp_path: Path) -> None:
    write(tmp_path, tiny_suite(models=("lstm",), tasks=("sentiment",), budget="{core_params: 8600, steps: 3}"))
    assert rnnbench("run", "tiny.yaml").returncode == 0
    assert rnnbench("run", "tiny.yaml", "--fresh").returncode == 0
    assert leaderboard(tmp_path / "results/tiny") == leaderboard(tmp_path / "results/tiny.1")


def test_a_folder_in_use_is_left_alone(rnnbench: Rnnbench, tmp_path: Path) -> None:
    from rnnbench.records.storage import results_lock

    write(tmp_path, tiny_suite(models=("lstm",), tasks=("sentiment",)))
    with results_lock(tmp_path / "results/tiny"):
        done = rnnbench("run", "tiny.yaml")
    assert done.returncode == 3
    assert f"in use by process {os.getpid()}" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "nowhere.yaml"), "nowhere.yaml: cannot be read"),
        (("run", "tiny.yaml", "--only", "nothing"), "--only 'nothing' matches no run"),
        (("run", "tiny.yaml", "--jobs", "none"), "--jobs none: expected a number of at least 1, or auto"),
        (("run", "tiny.yaml", "--device", "cuda:99"), "--device cuda:99: this machine has"),
        (("run", "tiny.yaml", "--executor", "ray"), "--executor ray: expected one of local"),
        (("run", "tiny.yaml", "--data-dir", "nowhere"), "--data-dir: nowhere is not a folder"),
        (("run", "tiny.yaml", "tiny.yaml", "--out", "x"), "--out takes one suite"),
        (("show", "lstn"), "no model, task or dataset is named 'lstn' (did you mean 'lstm'?)"),
        (("leaderboard", "nowhere"), "nowhere/plan.json: No such file or directory"),
        (("validate", "nowhere.yaml"), "nowhere.yaml: cannot be read"),
        (("run", "public.yaml"), "--data-dir"),
    ],
)
def test_a_mistake_is_a_line_and_exit_code_2(
    arguments: tuple[str, ...], message: str, rnnbench: Rnnbench, tmp_path: Path
) -> None:
    write(tmp_path, tiny_suite(models=("lstm",), tasks=("sentiment",)))
    write(
        tmp_path,
        "budget: {steps: 1}\ntune: none\nmodels: [lstm]\ntasks: [{task: sentiment, dataset: sst2}]\n",
        "public.yaml",
    )
    done = rnnbench(*arguments, RNNBENCH_DATA="")
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "results").exists()


def test_an_out_folder_that_cannot_be_used_is_refused_before_anything_trains(
    rnnbench: Rnnbench, tmp_path: Path
) -> None:
    write(tmp_path, tiny_suite(models=("lstm",), tasks=("sentiment",)))
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = rnnbench("run", "tiny.yaml", "--out", "file/results")
    assert done.returncode == 4
    assert "file/results" in done.stderr
    assert "Not a directory" in done.stderr


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
