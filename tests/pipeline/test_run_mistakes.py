"""``rnnbench run`` and a user's mistakes: one line, and nothing was started."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.pipeline.conftest import Rnnbench, tiny_suite, write


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "nowhere.yaml"), "nowhere.yaml: cannot be read"),
        (("run", "tiny.yaml", "--only", "nothing"), "--only 'nothing' matches no run"),
        (("run", "tiny.yaml", "--jobs", "none"), "--jobs none: expected a number of at least 1, or auto"),
        (("run", "tiny.yaml", "--device", "cuda:99"), "--device cuda:99: this machine has"),
        (
            ("run", "tiny.yaml", "--executor", "ray"),
            "--executor ray: there is none of that name, expected one of local",
        ),
        (("run", "tiny.yaml", "--data-dir", "nowhere"), "--data-dir: nowhere is not a folder"),
        (("run", "tiny.yaml", "tiny.yaml", "--out", "x"), "--out takes one suite"),
        (("show", "lstn"), "no model, task, dataset, metric or executor is named 'lstn' (did you mean 'lstm'?)"),
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


def test_all_data_that_is_missing_is_told_at_once_before_any_is_prepared(rnnbench: Rnnbench, tmp_path: Path) -> None:
    tasks = (
        "{task: sentiment, dataset: reviews}",
        "{task: sentiment, dataset: sst2}",
        "{task: forecasting, dataset: etth1}",
        "{task: language-modelling, dataset: {name: text-files, fields: {path: mine.txt}}}",
    )
    write(tmp_path, f"budget: {{steps: 1}}\ntune: none\nmodels: [lstm]\ntasks: [{', '.join(tasks)}]\n")
    done = rnnbench("run", "tiny.yaml", "--data-dir", ".")
    assert done.returncode == 2
    told = zip(done.stderr.splitlines(), ("sst2/stsa.binary.train", "ett/ETTh1.csv", "mine.txt"), strict=True)
    for line, file in told:
        assert re.match(rf"tiny.yaml: .*no file {tmp_path}/{file}\b.*--data-dir", line)
    assert "preparing" not in done.stdout


def test_an_out_folder_that_cannot_be_used_is_refused_before_anything_trains(
    rnnbench: Rnnbench, tmp_path: Path
) -> None:
    write(tmp_path, tiny_suite(models=("lstm",), tasks=("sentiment",)))
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = rnnbench("run", "tiny.yaml", "--out", "file/results")
    assert done.returncode == 4
    assert "file/results" in done.stderr
    assert "Not a directory" in done.stderr
