"""The suites that we ship, run whole as a user runs them: the long form, ``make test-all``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.pipeline.conftest import Rnnbench

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


def records_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in (folder / "runs").iterdir()]


def test_quick_runs_all_26_pairs_and_names_the_two_others(rnnbench: Rnnbench, tmp_path: Path) -> None:
    done = rnnbench("run", str(ROOT / "suites" / "quick.yaml"), timeout=900)
    assert done.returncode == 0, done.stderr
    records = records_of(tmp_path / "results" / "quick")
    assert {record["status"] for record in records} == {"done"}
    assert sum(record["kind"] == "train" for record in records) == 26
    assert "bidirectional n/a: sees the future" in done.stdout
    assert "attention-seq2seq n/a: there is no source" in done.stdout


@pytest.mark.data
def test_quick_public_trains_every_pair_on_real_data(rnnbench: Rnnbench, tmp_path: Path, data_folder: Path) -> None:
    """With three steps each: what the data and the plugins make of each other, not what they learn."""
    text = (ROOT / "suites" / "quick-public.yaml").read_text(encoding="utf-8")
    for steps in ("3000", "2000", "1000"):
        text = text.replace(f"steps: {steps}", "steps: 3")
    (tmp_path / "three.yaml").write_text(text.replace("suite: quick-public", "suite: three"), encoding="utf-8")
    done = rnnbench("run", "three.yaml", "--data-dir", str(data_folder), timeout=1500)
    assert done.returncode == 0, done.stderr
    records = records_of(tmp_path / "results" / "three")
    assert {record["status"] for record in records} == {"done"}
    assert {record["steps"] for record in records if record["kind"] == "train"} == {3}
