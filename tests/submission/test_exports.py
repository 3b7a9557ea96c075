"""Boards in other places' forms are read back by those places' own libraries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML
from tests.submission.conftest import MODELS, Board

from rnnbench import load_results
from rnnbench.cli.main import commands
from rnnbench.leaderboard import read_board
from rnnbench.submission.export.eval_results import file_name, write_eval_results


def test_a_frame_has_a_row_for_each_run_with_its_scores(honest: Board) -> None:
    frame = load_results(honest.folder)
    assert len(frame) == len(honest.plan["runs"])
    trained = frame[frame.kind == "train"]
    assert trained.groupby("model").size().to_dict() == dict.fromkeys(MODELS, 5)
    for row in trained.itertuples():
        record = honest.read(f"runs/{row.run}.json")
        assert (row.mse, row.mae) == (record["metrics"]["mse"], record["metrics"]["mae"])
        assert row.learning_rate == record["chosen"]["learning_rate"]
    means = {row.model: row.mean for row in read_board(honest.folder).tables[0].rows}
    for model, mean in trained.groupby("model").mse.mean().items():
        assert mean == pytest.approx(means[model])


def test_a_frame_of_an_unfinished_board_says_what_is_pending(board: Board) -> None:
    run = board.ids("train")[0]
    (board.folder / f"runs/{run}.json").unlink()
    frame = load_results(board.folder).set_index("run")
    assert frame.status[run] == "pending"
    assert frame.status.drop(run).eq("done").all()


def test_evaluation_results_are_read_back_by_hugging_face(honest: Board, tmp_path: Path) -> None:
    from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml

    written = write_eval_results(honest.folder, tmp_path, {"state-space": "someone/state-space"})
    assert {path.relative_to(tmp_path).as_posix() for path in written} == {
        f"{model}/.eval_results/forecasting.yaml" for model in MODELS
    }
    (entry,) = YAML(typ="safe").load(tmp_path / "lstm/.eval_results/forecasting.yaml")
    (row,) = [row for row in read_board(honest.folder).tables[0].rows if row.model == "lstm"]
    assert entry["dataset"] == {"id": "someone/state-space", "task_id": "forecasting:mse"}
    assert entry["value"] == row.mean
    back = EvalResultEntry("someone/state-space", "forecasting:mse", entry["value"], notes=entry["notes"])
    assert eval_result_entries_to_yaml([back]) == [entry]


def test_no_label_leads_out_of_the_folder_or_takes_anothers_place() -> None:
    labels = ["../../etc", "..", "/abs", "a/b", "a-b", "a b", "", "\u202e", "x" * 300, "lstm", "LSTM"]
    names = [file_name(label) for label in labels]
    assert len(set(names)) == len(names)
    assert all(Path(name).name == name and name not in ("", ".", "..") and len(name) < 100 for name in names)
    assert file_name("lstm") == "lstm"


def test_a_crate_describes_every_file_and_is_read_back(honest: Board, tmp_path: Path) -> None:
    from rocrate.rocrate import ROCrate

    from rnnbench.submission.export.ro_crate import write_ro_crate

    (honest.folder / ".lock").unlink(missing_ok=True)
    (metadata,) = write_ro_crate(honest.folder, tmp_path / "crate")
    crate = ROCrate(str(tmp_path / "crate"))
    described = {entity.id for entity in crate.get_by_type("File")}
    there = {path.relative_to(honest.folder).as_posix() for path in honest.folder.rglob("*") if path.is_file()}
    assert described == there
    assert all((tmp_path / "crate" / name).read_bytes() == (honest.folder / name).read_bytes() for name in there)
    assert crate.root_dataset["license"] == "https://creativecommons.org/licenses/by/4.0/"
    (action,) = crate.get_by_type("CreateAction")
    assert action["instrument"]["softwareVersion"] == honest.plan["harness"]
    assert json.loads(metadata.read_text())["@context"]


def test_the_command_writes_and_names_the_files(honest: Board, tmp_path: Path) -> None:
    arguments = ["export", str(honest.folder), "--format", "eval-results", "-o", str(tmp_path)]
    done = CliRunner().invoke(commands, [*arguments, "--dataset", "state-space=a/b"])
    assert done.exit_code == 0
    assert [Path(line).exists() for line in done.output.splitlines()] == [True] * len(MODELS)
    wrong = CliRunner().invoke(commands, [*arguments, "--dataset", "state-space"])
    assert wrong.exit_code == 2
    assert "expected NAME=HUB_ID" in wrong.output
