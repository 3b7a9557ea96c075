"""Each record says what it was made with, wherever rnnbench is called from, and nothing of the environment."""

from __future__ import annotations

import platform
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.hostile.inline import carried_out

import rnnbench
from rnnbench.execute.provenance import _commit, provenance

SUITE = """\
suite: small
seeds: 1
budget: {steps: 2}
tune: none
recipe: {embedding: 8, batch: 8, evaluations: 1}
models: [{model: bidirectional, fields: {width: 8}}]
tasks: [{task: sentiment, dataset: {name: reviews, fields: {train_rows: 60, validation_rows: 10, test_rows: 12}}}]
"""


def git(*arguments: str, folder: Path) -> str:
    asked = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


def test_a_record_says_all_that_its_number_was_made_with_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "small.yaml").write_text(SUITE, encoding="utf-8")
    git("init", "-q", folder=tmp_path)
    git("add", ".", folder=tmp_path)
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "theirs", folder=tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RNNBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SECRET_TOKEN", "hunter2-" + "x" * 32)
    monkeypatch.setenv("HF_TOKEN", "hf_" + "y" * 32)
    provenance.cache_clear()
    records = carried_out(tmp_path / "small.yaml", monkeypatch).records
    assert {record.kind for record in records} == {"train", "baseline", "optimum"}
    theirs = git("rev-parse", "HEAD", folder=tmp_path)
    for record in records:
        found = record.provenance
        assert found["harness"] == rnnbench.__version__
        assert found["python"] == platform.python_version()
        assert found["libraries"]["torch"] == torch.__version__
        assert found["libraries"]["numpy"] == np.__version__
        assert found["cpu"]
        assert found["cpu_capability"] == torch.backends.cpu.get_cpu_capability()
        assert found["threads"] == torch.get_num_threads()
        assert found["commit"] is None or re.fullmatch(r"[0-9a-f]{12,40}(-dirty)?", found["commit"])
        assert not (found["commit"] or "no commit").startswith(theirs[:12])
        assert found["plugins"]["task sentiment"] == f"rnnbench[tasks] {rnnbench.__version__}"
        assert found["plugins"]["dataset reviews"] == f"rnnbench[tasks] {rnnbench.__version__}"
        assert re.fullmatch(r"[0-9a-f]{64}", record.resolved["dataset"]["fingerprint"])
        if record.kind == "train":
            assert found["plugins"]["model bidirectional"] == f"rnnbench[models] {rnnbench.__version__}"
            assert "model lstm" in found["plugins"], "the cell that it is made of"
            assert {"model", "task", "dataset", "recipe", "budget", "seed", "device", "precision", "threads"} <= set(
                record.resolved
            )
    written = [path for path in (tmp_path / "results").rglob("*") if path.is_file()]
    assert len([path for path in written if path.parent.name == "runs"]) == len(records)
    for path in written:
        content = path.read_bytes()
        assert b"hunter2" not in content, path
        assert b"hf_yyy" not in content, path
        assert str(tmp_path).encode() not in content or path.name.startswith("."), path


@pytest.mark.gpu
def test_on_a_gpu_the_card_is_named() -> None:
    found = provenance("cuda")
    assert found["gpu"] == torch.cuda.get_device_name(0)
    assert found["gpu_capability"]


def test_the_commit_is_read_without_a_lock_that_could_stay_behind(tmp_path: Path) -> None:
    assert _commit(tmp_path) is None
    file = tmp_path / "a"
    file.write_text("a", encoding="utf-8")
    git("init", "-q", folder=tmp_path)
    git("add", ".", folder=tmp_path)
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a", folder=tmp_path)
    head = git("rev-parse", "HEAD", folder=tmp_path)[:12]
    index = tmp_path / ".git" / "index"
    before = index.stat()
    file.touch()  # a reader that takes the lock writes the index anew here
    assert _commit(tmp_path) == head
    assert index.stat().st_mtime_ns == before.st_mtime_ns
    assert index.stat().st_ino == before.st_ino
    file.write_text("b", encoding="utf-8")
    assert _commit(tmp_path) == f"{head}-dirty"
