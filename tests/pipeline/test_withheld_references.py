"""Text that was not generated here does not get into results: its references are hashed, and counted."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from tests.submission.conftest import Board

from pipeline.conftest import Rnnbench, write
from rnnbench.metrics.translation import COUNTS, REFERENCE_SUM
from rnnbench.submission.validate.against_data import check_against_data

SUITE = """\
budget: {{steps: 2}}
seeds: 1
tune: none
recipe: {{embedding: 8, batch: 8, evaluations: 1}}
models: [{{model: lstm, fields: {{width: 8}}}}]
tasks: [{{task: translation, dataset: {dataset}}}]
"""


def items(folder: Path) -> dict[str, dict[str, list]]:
    """By the name of the model."""
    found = {}
    for path in (folder / "runs").glob("*.json"):
        record = json.loads(path.read_bytes())
        found[record["model"]] = json.loads(gzip.decompress((folder / f"items/{path.stem}.json.gz").read_bytes()))
    return found


def test_references_of_the_users_own_stay_out_of_the_results(rnnbench: Rnnbench, tmp_path: Path) -> None:
    for side, word in (("en", "open"), ("de", "secret")):
        (tmp_path / f"all.{side}").write_text("".join(f"{word} {n} {n % 7}\n" for n in range(120)), encoding="utf-8")
    dataset = "{name: parallel-files, fields: {path: [all.en, all.de], shares: [0.6, 0.2, 0.2]}}"
    write(tmp_path, SUITE.format(dataset=dataset))
    done = rnnbench("run", "tiny.yaml", "--out", "out")
    assert done.returncode == 0, done.stderr
    found = items(tmp_path / "out")
    assert found["lstm"].keys() == {"hypothesis", "nll", "tokens", REFERENCE_SUM, *COUNTS}
    assert all("hypothesis" not in found[model] for model in found if model != "lstm")
    assert len({tuple(columns[REFERENCE_SUM]) for columns in found.values()}) == 1
    assert "secret" not in str({model: columns for model, columns in found.items() if model != "lstm"})
    checked = rnnbench("validate", "out")
    assert checked.returncode == 0, checked.stderr


@pytest.mark.data
def test_counts_are_held_against_the_data(rnnbench: Rnnbench, data_folder: Path, tmp_path: Path) -> None:
    rows = "{train_rows: 80, validation_rows: 20, test_rows: 20, tokenised: true}"
    write(tmp_path, SUITE.format(dataset=f"{{name: multi30k-en-de, fields: {rows}}}"))
    done = rnnbench("run", "tiny.yaml", "--out", "out", "--data-dir", str(data_folder))
    assert done.returncode == 0, done.stderr
    checked = rnnbench("validate", "out", "--data-dir", str(data_folder))
    assert checked.returncode == 0, checked.stderr
    board = Board(tmp_path / "out")
    (run,) = board.ids("train")
    board.change_items(run, lambda columns: columns["bleu_2"].__setitem__(3, 5))
    (problem,) = check_against_data(board.folder, data_folder)
    assert (problem.file, problem.field) == (f"items/{run}.json.gz", "bleu_2")


def test_counts_that_no_sentence_has_are_refused(rnnbench: Rnnbench, tmp_path: Path) -> None:
    for side in ("en", "de"):
        (tmp_path / f"all.{side}").write_text("".join(f"word {n}\n" for n in range(120)), encoding="utf-8")
    write(tmp_path, SUITE.format(dataset="{name: parallel-files, fields: {path: [all.en, all.de]}}"))
    assert rnnbench("run", "tiny.yaml", "--out", "out").returncode == 0
    board = Board(tmp_path / "out")
    (run,) = board.ids("train")
    for count, expected in {
        -1: "whole numbers of at least 0",
        0.5: "whole numbers",
        "many": "whole numbers",
        2**62: "numbers below 2,147",
    }.items():
        board.change_items(run, lambda columns, it=count: columns.update(bleu_4=[it] * len(columns["bleu_4"])))
        refused = rnnbench("validate", "out")
        assert refused.returncode == 2
        assert f"items/{run}.json.gz: bleu_4: expected {expected}" in refused.stderr
        assert "Traceback" not in refused.stderr
