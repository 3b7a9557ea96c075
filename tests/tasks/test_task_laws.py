"""The laws of the contract for every built-in task with odd fields, and what ours promise beyond them."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from tests.tasks.conftest import MadeUp

from rnnbench import Split
from rnnbench.conformance import Outcome, task_cases
from rnnbench.metrics.scoring import bootstrap, score


def epoch(case, seed, size=8):
    return list(case.task.batches(case.arrays[Split.TRAIN], size, np.random.default_rng(seed)))


def test_every_law_holds(case):
    findings = [one.examine() for one in task_cases(case.task, MadeUp(case.rows))]
    assert [finding for finding in findings if finding.outcome is Outcome.FAILED] == []
    assert sum(finding.outcome is Outcome.PASSED for finding in findings) >= 10


def test_an_epoch_holds_every_target_of_the_training_rows_but_a_remainder(case):
    targets = [batch.targets[batch.targets != -100].flatten() for batch in epoch(case, seed=3, size=1)]
    evaluated = [
        batch.targets[batch.targets != -100].flatten() for batch in case.task.evaluation(case.arrays[Split.TRAIN], 1)
    ]
    assert torch.equal(torch.cat(targets).sort().values, torch.cat(evaluated).sort().values)


def test_a_perfect_answer_scores_perfectly(case):
    items = case.items(case.perfect, 7)
    for metric in case.task.metrics:
        best = metric.low if metric.direction == "min" else metric.high
        assert score(metric, items) == pytest.approx(best, abs=1e-9)


def test_baselines_give_the_items_that_a_network_gives(case):
    items = case.items(case.erring, 7)
    baselines = case.task.baselines()
    assert any(baseline.trivial for baseline in baselines)
    for baseline in baselines:
        found = baseline.predict(case.task, case.encoding, case.arrays[Split.TRAIN], case.test)
        assert {name: len(column) for name, column in found.items()} == {name: len(c) for name, c in items.items()}
        for metric in case.task.metrics:
            value = score(metric, found)
            _, low, high = bootstrap(metric, found, np.random.default_rng(0), resamples=200)
            assert metric.low <= low <= value <= high <= metric.high or baseline.name == "copy"


def test_positions_of_an_evaluation_add_up_whatever_the_batch(case):
    totals = [sum(batch.positions for batch in case.task.evaluation(case.test, size)) for size in (1, 7, 10_000)]
    assert all(one == other for one, other in pairwise(totals))


def test_padding_is_zero_and_stands_on_the_right(case):
    for batch in case.task.evaluation(case.test, 7):
        if batch.lengths is not None:
            beyond = torch.arange(batch.inputs.shape[1]) >= batch.lengths[:, None]
            assert (batch.inputs[beyond] == 0).all()
            if batch.inputs.dtype == torch.int64:  # a token; the values of a valid step may all be zero
                assert (batch.inputs[~beyond] != 0).all()


def test_the_trivial_loss_is_that_of_the_trivial_baseline_on_validation(case):
    """Translation's baseline gives no probabilities of its own: there it is the unigram's."""
    trivial = next(baseline for baseline in case.task.baselines() if baseline.trivial)
    training, validation = case.arrays[Split.TRAIN], case.arrays[Split.VALIDATION]
    items = trivial.predict(case.task, case.encoding, training, validation)
    totals = {name: np.sum(column) for name, column in items.items() if not isinstance(column[0], str)}
    if case.task.name == "forecasting":
        expected = totals["squared_error"] / totals["count"]
    else:
        expected = totals["nll"] / totals.get("tokens", totals.get("frames", len(items["nll"])))
    assert case.task.trivial_loss(case.encoding, training, validation) == pytest.approx(expected, rel=1e-12)
