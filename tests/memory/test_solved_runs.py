"""A run stops when its task is solved, wherever it was interrupted; and a suite of memory runs from file to table."""

import itertools

import pytest

from rnnbench.discovery import discover
from rnnbench.execute.job import make_job
from rnnbench.execute.run import run
from rnnbench.plan import draft
from rnnbench.prepare import prepare
from rnnbench.records.schema import Kind, Status
from rnnbench.suite import read_suite
from rnnbench.train.checkpoint_files import Stopped
from rnnbench_tasks.memory.solved import STOP_MSE

SUITE = """
suite: tiny
seeds: 1
budget: {core_params: 3000, steps: 300}
tune: none
recipe: {embedding: 8, batch: 32, evaluations: 30, learning_rate: 0.01}
models: [MODEL]
tasks:
  - task: TASK
    dataset: {name: ROWS, fields: {train_rows: 400, validation_rows: 60, test_rows: 101, DIAL}}
"""
TASKS = {
    "adding": ("marked-numbers", "length: 2"),
    "copy-memory": ("delayed-symbols", "delay: 3"),
    "associative-recall": ("key-value-pairs", "pairs: 2"),
}


@pytest.fixture
def plan_of(tmp_path):
    def make(task, model, **changes):
        rows, dial = TASKS[task]
        words = {"TASK": task, "MODEL": model, "ROWS": rows, "DIAL": dial, **changes}
        text = SUITE
        for word, by in words.items():
            text = text.replace(word, by)
        path = tmp_path / "tiny.yaml"
        path.write_text(text, encoding="utf-8")
        suite = read_suite(path, discover())
        prepared = {task.label: prepare(task.task, task.dataset, None, tmp_path) for task in suite.tasks}
        return draft(suite, prepared, discover(), "cpu")

    return make


def carry_out(assignment, folder, stops=()):
    """The record of a run, stopped after these numbers of steps."""
    job = make_job(assignment, folder, "cpu", 1e9)
    for steps in stops:
        counter = itertools.count(1)
        with pytest.raises(Stopped):
            run(job, discover(), lambda _: None, lambda: next(counter) == steps)  # noqa: B023
    return run(job, discover(), lambda _: None, lambda: False).record


def only(plan, kind):
    return [assignment for assignment in plan.assignments.values() if assignment.run.kind is kind]


def test_a_run_stops_at_the_first_validation_loss_that_counts_as_solved(plan_of, tmp_path):
    (assignment,) = only(plan_of("adding", "gru"), Kind.TRAIN)
    straight = carry_out(assignment, tmp_path / "straight")
    *before, last = [point.validation_loss for point in straight.history]
    assert last < STOP_MSE <= min(before)
    assert straight.steps == straight.best_step == 10 * len(straight.history) < 300
    assert straight.metrics["solved"] == 100
    assert straight.metrics["mse"] < 2 * STOP_MSE
    stopped = carry_out(assignment, tmp_path / "stopped", stops=(7, straight.steps - 12))
    assert (stopped.resumed, stopped.history, stopped.metrics) == (2, straight.history, straight.metrics)


@pytest.mark.parametrize("task", TASKS)
def test_a_run_that_solves_nothing_spends_its_budget(task, plan_of, tmp_path):
    plan = plan_of(task, "elman", **{"steps: 300": "steps: 4", "evaluations: 30": "evaluations: 2"})
    (assignment,) = only(plan, Kind.TRAIN)
    record = carry_out(assignment, tmp_path)
    assert (record.status, record.steps, record.metrics["solved"]) == (Status.DONE, 4, 0)
    for reference in only(plan, Kind.BASELINE):
        assert carry_out(reference, tmp_path).metrics["solved"] == 0
    (optimum,) = only(plan, Kind.OPTIMUM)
    assert carry_out(optimum, tmp_path).metrics["solved"] == 100


def test_what_cannot_copy_is_left_out_with_its_reason(plan_of):
    reasons = [plan_of("copy-memory", model).plan.skips[0].reason for model in ("bidirectional", "attention-seq2seq")]
    assert reasons == ["sees the future", "there is no source"]
