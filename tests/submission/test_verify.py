"""A record is run again from itself alone, by installed names only, and compared to the bit or within tolerance."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result
from tests.submission.conftest import Board

from rnnbench.cli.main import commands
from rnnbench.discovery import discover
from rnnbench.records.run_id import run_id
from rnnbench.records.schema import Record
from rnnbench.submission.agreement import Agreement, agreement, same_machine, unlike
from rnnbench.submission.read import read_record
from rnnbench.submission.rerun import Refused, plan_rerun
from rnnbench.submission.validate.against_data import check_against_data
from rnnbench.submission.validate.validate import validate


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def record_of(board: Board, run: str) -> Record:
    return read_record(board.folder / f"runs/{run}.json")


def changed(record: Record, *path: str, to: object) -> Record:
    """The record with one of its resolved inputs changed, and the id that goes with it."""
    resolved = json.loads(json.dumps(record.resolved))
    inner = resolved
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return record.model_copy(update={"resolved": resolved, "id": run_id(resolved)})


@pytest.mark.parametrize("kind", ["train", "tune", "baseline", "optimum"])
def test_a_record_alone_gives_the_run_that_it_is_of(kind: str, honest: Board) -> None:
    record = record_of(honest, honest.ids(kind)[-1])
    rerun = plan_rerun(record, discover(), None, "cpu")
    assert rerun.assignment.run.id == record.id
    assert json.loads(json.dumps(rerun.assignment.run.resolved)) == record.resolved
    assert rerun.assignment.run.core_params == record.core_params
    assert rerun.assignment.tune == ()
    if record.chosen:
        assert rerun.assignment.recipe.learning_rate == record.chosen["learning_rate"]


@pytest.mark.parametrize(
    ("path", "to", "message"),
    [
        (("dataset", "name"), "../../etc/passwd", "no dataset is named '../../etc/passwd'"),
        (("dataset",), {"name": "text-files", "fields": {"path": "/etc/passwd"}}, "'/etc/passwd' may name a file"),
        (("dataset",), {"name": "text-files", "fields": {"path": "notes"}}, "'notes' may name a file"),
        (("dataset",), {"name": "table", "fields": {"train": "secrets.csv"}}, "'secrets.csv' may name a file"),
        (("model", "fields", "nonlinearity"), "..\\evil", "may name a file"),
        (("model", "name"), "os:system", "no model is named 'os:system'"),
        (("model", "fields", "colour"), "red", "unknown field of 'elman'"),
        (("model", "fields", "width"), 10**9, "model.fields.width: expected at most 10,000,000, got 1000000000"),
        (("dataset", "fields", "train_rows"), 10**8, "expected at most 10,000,000"),
        (("dataset", "fields", "periods"), [9.0] * 5000, "expected at most 1000 values, got 5,000"),
        (("budget", "steps"), 10**9, "resolved.budget.steps: expected at most 1,000,000"),
        (("recipe", "learning_rate"), "fast", "resolved.recipe.learning_rate: expected a valid number, got "),
        (("task", "name"), None, "resolved.task: expected its name and fields"),
        (("task", "fields", "horizon"), 5000, "forecasting on state-space: "),
        (("device",), "cuda", "it was run on cuda, and this is cpu"),
        (("dataset", "fingerprint"), "0" * 64, "another run here; dataset.fingerprint: '000"),
        (("model", "version"), 99, "another run here; model.version: 99 in the record, 1 here"),
    ],
)
def test_what_a_record_may_not_ask_for_is_refused(path, to, message: str, honest: Board) -> None:
    record = changed(record_of(honest, honest.ids("tune", "elman")[0]), *path, to=to)
    with pytest.raises(Refused) as refused:
        plan_rerun(record, discover(), None, "cpu")
    assert message in str(refused.value)


def test_a_record_whose_id_is_not_its_inputs_is_refused(honest: Board) -> None:
    record = record_of(honest, honest.ids("tune")[0]).model_copy(update={"id": "0" * 16})
    with pytest.raises(Refused, match="the hash of its resolved inputs, got '0000000000000000'"):
        plan_rerun(record, discover(), None, "cpu")


def test_records_agree_to_the_bit_within_tolerance_or_not(honest: Board) -> None:
    record = record_of(honest, honest.ids("train", "lstm")[0])
    spread = record.test_error["mse"].std

    def with_mse(value: float) -> Record:
        return record.model_copy(update={"metrics": {**record.metrics, "mse": value}})

    mse = record.metrics["mse"]
    assert agreement(record, record.model_copy(update={"wall_s": 1e6})) is Agreement.IDENTICAL
    assert agreement(record, with_mse(mse * (1 + 1e-12))) is Agreement.WITHIN
    assert list(unlike(record, with_mse(mse + 0.5))) == [("metrics.mse", mse, mse + 0.5)]
    assert agreement(record, with_mse(mse + max(0.019 * mse, 1.9 * spread))) is Agreement.WITHIN
    assert agreement(record, with_mse(mse + max(0.021 * (mse + 0.1), 2.1 * spread))) is Agreement.BEYOND
    assert agreement(record, record.model_copy(update={"metrics": {}})) is Agreement.BEYOND
    assert same_machine(record, record)
    elsewhere = {**record.provenance, "cpu_capability": "AVX2"}
    assert not same_machine(record, record.model_copy(update={"provenance": elsewhere}))


def test_a_tuning_run_agrees_by_its_validation_loss(honest: Board) -> None:
    record = record_of(honest, honest.ids("tune")[0])
    assert record.best_validation_loss is not None
    for factor, expected in ((1.01, Agreement.WITHIN), (1.1, Agreement.BEYOND)):
        loss = record.best_validation_loss * factor
        assert agreement(record, record.model_copy(update={"best_validation_loss": loss})) is expected


def test_a_board_agrees_with_its_data_and_an_altered_one_does_not(board: Board) -> None:
    assert check_against_data(board.folder, None) == []
    optimum = board.ids("optimum")[0]
    board.change(f"runs/{optimum}.json", lambda record: record["metrics"].update(mse=0.1))

    def alter(plan):
        plan["tasks"][0]["chance"] = 0.5
        plan["tasks"][0]["counts"]["train"]["rows"] = 5000

    board.change("plan.json", alter)
    fields = {(problem.file, problem.field) for problem in check_against_data(board.folder, None)}
    assert fields == {
        ("plan.json", "tasks.forecasting/state-space.chance"),
        ("plan.json", "tasks.forecasting/state-space.counts"),
        (f"runs/{optimum}.json", "metrics.mse"),
    }


def call(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(commands, arguments, input=answer)


def test_a_record_is_run_again_compared_and_marked(board: Board) -> None:
    run = board.ids("baseline")[0]
    path = str(board.folder / f"runs/{run}.json")
    declined = call("verify", path, answer="n\n")
    assert declined.exit_code == 1
    assert "repeat-last" in declined.output
    assert "the code of rnnbench[tasks]" in declined.output
    done = call("verify", path, "--sign", "a maintainer", answer="y\n")
    assert done.exit_code == 0, done.output
    assert f"{run}: identical, on" in done.output, "a baseline that repeats values rounds nothing, on any processor"
    mark = board.read("verified.json")[run]
    assert mark["by"] == "a maintainer"
    assert validate(board.folder, tables=False).problems == ()
    board.change(f"runs/{run}.json", lambda record: record.update(wall_s=1.0))
    (problem,) = validate(board.folder, tables=False).problems
    assert (problem.file, problem.field) == ("verified.json", f"{run}.record_sha256")


def test_what_cannot_be_run_again_is_a_line_and_exit_code_2(board: Board) -> None:
    run = board.ids("tune")[0]
    path = board.folder / f"runs/{run}.json"
    board.change(f"runs/{run}.json", lambda record: record.update(seed=1.5))
    refused = call("verify", str(path), "--yes")
    assert (refused.exit_code, refused.output) == (2, f"{run}.json: seed: expected a valid integer, got 1.5\n")
    assert call("verify", str(path.with_name("none.json")), "--yes").exit_code == 2


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["train", "tune", "optimum"])
def test_a_trained_record_is_found_honest_and_a_forged_one_is_not(kind: str, board: Board) -> None:
    run = board.ids(kind)[0]
    path = board.folder / f"runs/{run}.json"
    honest = call("verify", str(path), "--yes")
    assert honest.exit_code == 0, honest.output

    def forge(record):
        if kind == "tune":
            record["best_validation_loss"] /= 2
            for point in record["history"]:
                point["validation_loss"] /= 2
        record["metrics"] = {name: value / 2 for name, value in record["metrics"].items()}

    board.change(f"runs/{run}.json", forge)
    forged = call("verify", str(path), "--yes")
    assert forged.exit_code == 1
    assert "beyond tolerance" in forged.output
