"""``evaluate`` modules are metrics of a suite, and our metrics are ``evaluate.Metric``s."""

from __future__ import annotations

import pickle

import datasets
import evaluate
import numpy as np
import pytest
from metrics.conftest import write_module

from rnnbench import as_evaluate, evaluate_metric, find_metric
from rnnbench.discovery import discover
from rnnbench.metrics import evaluate_modules
from rnnbench.metrics.scoring import score
from rnnbench.records.storage import read_plan, read_records
from rnnbench.submission.rerun import not_loaded, plan_rerun
from rnnbench.submission.validate.validate import validate
from rnnbench.suite import SuiteError

LABELS = {"label": ["yes", "no", "no", "yes"], "predicted": ["yes", "yes", "no", "yes"]}


class Words(evaluate.Metric):
    """Words of the predictions that the references have: with several references a row."""

    def _info(self):
        features = {
            "predictions": datasets.Value("string"),
            "references": datasets.Sequence(datasets.Value("string")),
        }
        return evaluate.MetricInfo(description="Words.", citation="", features=datasets.Features(features))

    def _compute(self, predictions, references):
        pairs = zip(predictions, references, strict=True)
        return {"words": np.mean([word in of[0] for text, of in pairs for word in text.split()])}


class Noise(evaluate.Metric):
    """Drawn from NumPy's global state, as some modules draw."""

    def _info(self):
        features = datasets.Features({"predictions": datasets.Value("float64")})
        return evaluate.MetricInfo(description="Noise.", citation="", features=features)

    def _compute(self, predictions):
        return {"noise": float(np.random.random())}  # noqa: NPY002


def test_a_folder_gives_what_evaluate_gives(module):
    metric = evaluate_metric(str(module), value="agreement", fields={"scale": 2.0})
    official = evaluate.load(str(module), keep_in_memory=True)
    expected = official.compute(predictions=[1, 1, 0, 1], references=[1, 0, 0, 1], scale=2.0)["agreement"]
    assert score(metric, LABELS) == expected == 1.5
    assert score(pickle.loads(pickle.dumps(metric)), LABELS) == 1.5
    assert metric.description == "Share of equal labels."


def test_a_class_is_a_metric_by_itself_or_by_its_name():
    items = {"hypothesis": ["a b", "c"], "reference": ["a", "d"]}
    for module in (Words, f"{__name__}:Words"):
        metric = evaluate_metric(module, items={"hypothesis": "string", "reference": "string"})
        assert (metric.name, score(metric, items)) == ("Words", 1 / 3)


def test_a_module_that_draws_gives_one_value():
    metric = evaluate_metric(Noise, columns={"predictions": "nll"})
    assert len({score(metric, {"nll": [0.5, 0.25]}) for _ in range(3)}) == 1


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        ("{evaluate: no-such-module}", "evaluate: no evaluate module 'no-such-module' is in the local cache, and the"),
        ("{evaluate: ./nowhere}", "nowhere' cannot be loaded: FileNotFoundError"),
        ("{evaluate: 'math:pi'}", "'math:pi' cannot be loaded: TypeError"),
        ("{evaluate: ./agreement, colums: {}}", "colums: unknown field"),
        ("{evaluate: ./agreement, columns: {predictions: label}}", "takes predictions, references, got columns for"),
        ("{evaluate: ./agreement, columns: {predictions: hypothesis, references: label}}", "have no column hypothesis"),
        ("{evaluate: ./agreement, name: accuracy}", "'accuracy' is scored already, expected another `name`"),
        ("[1]", "got [1], expected the name of a metric, or {evaluate: a module's name}"),
    ],
)
def test_a_mistake_is_named_with_its_place(planned, module, monkeypatch, entry, wrong):
    monkeypatch.setattr(evaluate, "load", _offline(evaluate.load))
    with pytest.raises(SuiteError) as caught:
        planned(f"metrics: [{entry}]")
    assert "small.yaml:9:" in str(caught.value)
    assert wrong in str(caught.value)


def _offline(load):
    """As ``evaluate`` answers where the hub is out of reach."""

    def offline(path, *arguments, **options):
        if "/" not in path:
            raise FileNotFoundError(f"Couldn't find a module script at {path}. Module '{path}' doesn't exist either.")
        return load(path, *arguments, **options)

    return offline


def test_the_ids_hold_the_modules_content_and_not_its_place(planned, tmp_path):
    entry = "metrics: [{evaluate: ./agreement, value: agreement}]"
    write_module(tmp_path)
    first = planned(entry)
    evaluate_modules._load.cache_clear()
    write_module(tmp_path, value="0.5")
    changed = planned(entry)
    evaluate_modules._load.cache_clear()
    (said,) = first.plan.runs[0].resolved["metrics"]
    assert said.keys() == {"evaluate", "name", "sha256", "columns", "value"}
    assert str(tmp_path) not in str(said)
    assert not set(first.assignments) & set(changed.assignments)
    assert not any("metrics" in run.resolved for run in planned("").plan.runs)


def test_a_board_with_a_module_is_valid_and_run_again_without_loading_it(board, module, monkeypatch):
    folder = board(f"metrics: [{{evaluate: {module}, value: agreement, low: 0, high: 1}}]")
    assert not validate(folder).problems
    record = next(one for one in read_records(folder).values() if one.kind == "baseline")
    assert record.metrics["agreement"] == record.metrics["accuracy"] / 100
    assert 0 < record.test_error["agreement"].std < 0.2
    assert read_plan(folder).tasks[0].metrics[-1].high == 1.0
    monkeypatch.setattr(evaluate_modules, "_load", None)
    rerun = plan_rerun(record, discover(), None, "cpu")
    assert rerun.assignment.run.id == record.id
    assert not_loaded(record, rerun) == ["agreement"]
    assert {metric.name for metric in rerun.assignment.task.metrics} == {"accuracy", "macro-f1"}


def test_a_record_cannot_keep_the_tasks_own_metric_from_being_compared(board, module):
    folder = board(f"metrics: [{{evaluate: {module}, value: agreement}}]")
    record = next(one for one in read_records(folder).values() if one.kind == "baseline")
    rerun = plan_rerun(record, discover(), None, "cpu")
    task = rerun.assignment.task
    object.__setattr__(task, "not_loaded", ({"evaluate": "x", "name": "accuracy"},))
    assert not_loaded(record, rerun) == []


@pytest.mark.parametrize("name", ["accuracy", "macro-f1"])
def test_our_metrics_are_evaluates(name):
    metric = find_metric(name)
    ours = as_evaluate(metric)
    assert isinstance(ours, evaluate.Metric)
    assert ours.compute(**LABELS) == {name: score(metric, LABELS)}
    for rows in (slice(0, 3), slice(3, 4)):
        ours.add_batch(**{column: values[rows] for column, values in LABELS.items()})
    assert ours.compute() == {name: score(metric, LABELS)}


def test_a_metric_of_sums_reads_its_own_columns_through_evaluate():
    errors = {"squared_error": [1.5, 2.0], "count": [3, 5]}
    assert as_evaluate(find_metric("mse")).compute(**errors) == {"mse": 3.5 / 8}
