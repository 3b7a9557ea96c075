"""``rnnbench run`` as a user sees it: the same bytes however it is run, nothing done twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.pipeline.conftest import TUNE, Rnnbench, leaderboard, tiny_suite, write

SUITE = tiny_suite(models=("lstm", "transformer"), tasks=("sentiment", "forecasting"), tune=TUNE)


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
