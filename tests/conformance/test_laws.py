"""Each law passes on a sound plugin and fails, with its place, on one that breaks it."""

from __future__ import annotations

import pytest
from mutants import DATASETS, METRICS, MODELS, TASKS, Sound, SoundEncoding, SoundRows, SoundSeq2Seq, metric

from rnnbench.conformance import Outcome, cases, dataset_cases, metric_cases, model_cases, model_shapes, task_cases
from rnnbench_tasks.embedded import Reviews
from rnnbench_tasks.sentiment import Sentiment

REVIEWS = Reviews(train_rows=200, validation_rows=60, test_rows=101)
SOUND = {
    "causal": lambda: model_cases(Sound()),
    "encoder": lambda: model_cases(SoundEncoding()),
    "seq2seq": lambda: model_cases(SoundSeq2Seq()),
    "task": lambda: task_cases(Sentiment(), REVIEWS),
    "dataset": lambda: dataset_cases(SoundRows()),
    "metric": lambda: metric_cases(metric()),
}
BROKEN = [
    *((model_cases, law, *mutant) for law, mutant in MODELS.items()),
    *((lambda task: task_cases(task, REVIEWS), law, *mutant) for law, mutant in TASKS.items()),
    *((dataset_cases, law, *mutant) for law, mutant in DATASETS.items()),
    *((metric_cases, law, *mutant) for law, mutant in METRICS.items()),
]
NAMES = [
    f"{kind}-{law}"
    for kind, group in (("model", MODELS), ("task", TASKS), ("dataset", DATASETS), ("metric", METRICS))
    for law in group
]


@pytest.mark.parametrize("kind", SOUND)
def test_a_sound_plugin_breaks_no_law(kind):
    findings = [case.examine() for case in SOUND[kind]()]
    assert [finding for finding in findings if finding.outcome is Outcome.FAILED] == []
    assert sum(finding.outcome is Outcome.PASSED for finding in findings) > len(findings) / 2


@pytest.mark.parametrize(("cases_of", "law", "mutant", "begins"), BROKEN, ids=NAMES)
def test_a_law_fails_on_a_plugin_that_breaks_it(cases_of, law, mutant, begins):
    name = law.split()[0]
    (finding,) = (case.examine() for case in cases_of(mutant) if case.law.name == name)
    assert finding.outcome is Outcome.FAILED
    assert begins in finding.detail
    assert finding.says
    assert finding.tried


def test_a_frozen_parameter_breaks_the_law_that_names_it_and_no_other():
    mutant, _ = MODELS["learned frozen"]
    findings = {case.law.name: case.examine() for case in model_cases(mutant)}
    del findings["declared"]  # which finds that the mutant's class was made in a function
    assert [law for law, finding in findings.items() if finding.outcome is Outcome.FAILED] == ["learned"]


def test_every_law_has_a_plugin_that_breaks_it():
    for laws, mutants in (
        ([model_shapes.declared, *cases.MODEL_LAWS], MODELS),
        (cases.TASK_LAWS, TASKS),
        (cases.DATASET_LAWS, DATASETS),
        (cases.METRIC_LAWS, METRICS),
    ):
        assert {law.name for law in laws} == {name.split()[0] for name in mutants}
