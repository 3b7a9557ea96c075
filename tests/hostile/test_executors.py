"""An executor that is wrong is named in one sentence, and a lifecycle hook that fails is named in log and on screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.hostile.inline import Inline, carried_out

from rnnbench import Event, Progress, hookimpl
from rnnbench.base.errors import UserError
from rnnbench.execute.executors import ExecutorFailed
from rnnbench.records.logs import LOGS
from rnnbench.records.storage import read_records

SUITE = """
suite: small
seeds: 1
budget: {steps: 2}
tune: none
recipe: {embedding: 4, batch: 8, evaluations: 1}
models: [{model: gru, fields: {width: 4}}]
tasks: [{task: sentiment, dataset: {name: reviews, fields: {train_rows: 40, validation_rows: 12, test_rows: 12}}}]
"""


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RNNBENCH_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "small.yaml"
    path.write_text(SUITE, encoding="utf-8")
    return path


class Odd(Inline):
    """An executor that reports what it should not."""

    def __init__(self, event: Any) -> None:
        super().__init__()
        self.event = event

    def poll(self, seconds: float) -> Iterator[Event]:
        yield self.event


class Raising(Inline):
    def submit(self, job: Any) -> None:
        raise ConnectionError("the cluster is down")


def lacking(_: object) -> object:
    from rnnbench import Executor

    return type("Lacking", (Executor,), {})()


@pytest.mark.parametrize(
    ("factory", "said"),
    [
        (lambda _: object(), "its factory makes a object, expected a subclass of rnnbench.Executor"),
        (lacking, "Can't instantiate abstract class Lacking with abstract method"),
        (lambda _: 1 / 0, "ZeroDivisionError: division by zero"),
    ],
)
def test_a_wrong_executor_is_one_sentence(
    factory: Any, said: str, suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError) as error:
        carried_out(suite, monkeypatch, executor=factory)
    assert str(error.value).startswith("--executor local: rnnbench[executors]: " + said)
    assert len(str(error.value).splitlines()) == 1
    assert not (suite.parent / "results").exists()


def test_an_unknown_executor_is_told_those_that_are_installed(suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        UserError,
        match=r"none of that name \(did you mean 'local'\?\), expected one of local",
    ):
        carried_out(suite, monkeypatch, named="locale")


@pytest.mark.parametrize(
    ("executor", "said"),
    [
        (lambda _: Raising(), "Raising: ConnectionError: the cluster is down"),
        (lambda _: Odd("done"), "Odd reports 'done', expected an event of rnnbench's"),
        (lambda _: Odd(Progress("nobody", {"progress": 1.0})), "of a run that is not under way"),
    ],
)
def test_an_executor_that_fails_under_way_is_named(
    executor: Any, said: str, suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ExecutorFailed) as error:
        carried_out(suite, monkeypatch, executor=executor)
    assert str(error.value).startswith(f"executor {__name__}.")
    assert said in str(error.value)


@hookimpl
def rnnbench_run_started(run: Any) -> None:
    raise RuntimeError("no connection")


@hookimpl
def rnnbench_run_finished(record: Any) -> None:
    raise RuntimeError("the server is down")


@hookimpl
def rnnbench_leaderboard_written(folder: Any) -> None:
    raise RuntimeError("no space")


def test_a_hook_that_fails_is_a_line_in_each_runs_log_and_one_on_the_screen(
    suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = (rnnbench_run_started, rnnbench_run_finished, rnnbench_leaderboard_written)
    tracker = ModuleType("tracker")
    vars(tracker).update({hook.__name__: hook for hook in hooks})
    seen = carried_out(suite, monkeypatch, plugin=tracker)
    assert seen.warnings == [
        "tracker[plugin] in rnnbench_run_started: RuntimeError: no connection",
        "tracker[plugin] in rnnbench_run_finished: RuntimeError: the server is down",
        "tracker[plugin] in rnnbench_leaderboard_written: RuntimeError: no space",
    ]
    folder = suite.parent / "results" / "small"
    assert {record.status for record in read_records(folder).values()} == {"done"}
    for record in read_records(folder):
        log = (folder / LOGS / f"{record}.log").read_text(encoding="utf-8")
        assert log == "tracker[plugin] in rnnbench_run_finished: RuntimeError: the server is down\n"
