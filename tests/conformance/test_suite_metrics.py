"""A suite may ask for metrics beside a task's own, and a run's id says so only where it does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rnnbench.discovery import discover
from rnnbench.plan import draft
from rnnbench.prepare import prepare
from rnnbench.suite import SuiteError, read_suite

SUITE = """\
suite: extra
seeds: 1
budget: {{core_params: 8000, steps: 5}}
tune: none
models: [lstm]
tasks:
  - task: sentiment
    dataset: {{name: reviews, fields: {{train_rows: 60, validation_rows: 30, test_rows: 30}}}}
    {metrics}
"""


@pytest.fixture
def planned(tmp_path):
    """The draft of the suite with this line."""

    def plan(metrics: str):
        path = tmp_path / "extra.yaml"
        path.write_text(SUITE.format(metrics=metrics), encoding="utf-8")
        suite = read_suite(path, discover())
        prepared = {task.label: prepare(task.task, task.dataset, None, tmp_path / "cache") for task in suite.tasks}
        return draft(suite, prepared, discover(), "cpu")

    return plan


def test_an_extra_metric_is_planned_behind_the_tasks_own(planned, monkeypatch):
    registry = discover()
    monkeypatch.setitem(registry.metrics, "share", replace(registry.metrics["accuracy"], name="share"))
    asked, usual = planned("metrics: [share]"), planned("")
    assert [metric.name for metric in asked.plan.tasks[0].metrics] == ["accuracy", "macro-f1", "share"]
    assert all(run.resolved["metrics"] == ["share"] for run in asked.plan.runs)
    assert not set(asked.assignments) & set(usual.assignments)
    assert {metric.name for run in asked.assignments.values() for metric in run.task.metrics} >= {"share"}


def test_a_suite_without_extra_metrics_keeps_its_run_ids(planned):
    without, empty = planned(""), planned("metrics: []")
    assert set(without.assignments) == set(empty.assignments)
    assert not any("metrics" in run.resolved for run in without.plan.runs)


@pytest.mark.parametrize(
    ("metrics", "wrong"),
    [
        ("[accuracy]", "tasks[0].metrics[0]: 'accuracy' is scored already, expected a metric beside those of 'sent"),
        ("[perplexty]", "tasks[0].metrics[0]: no metric is named 'perplexty' (did you mean 'perplexity'?), expec"),
        ("[1]", "tasks[0].metrics[0]: got 1, expected the name of a metric, or {evaluate: "),
    ],
)
def test_a_mistake_is_named_with_its_place(planned, metrics, wrong):
    with pytest.raises(SuiteError) as caught:
        planned(f"metrics: {metrics}")
    assert "extra.yaml:9:" in str(caught.value)
    assert wrong in str(caught.value)
