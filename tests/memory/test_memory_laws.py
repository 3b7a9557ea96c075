"""The laws of the contract for the tests of memory, and what these promise beyond them."""

import numpy as np
import pytest
import torch

from rnnbench import Split
from rnnbench.conformance import Outcome, task_cases
from rnnbench.metrics.scoring import bootstrap, score
from rnnbench_tasks.memory.solved import STOP_MSE, STOP_NLL


def epoch(case, seed, size=8):
    return list(case.task.batches(case.arrays[Split.TRAIN], size, np.random.default_rng(seed)))


def test_every_law_holds(case):
    findings = [one.examine() for one in task_cases(case.task, case.dataset)]
    assert [finding for finding in findings if finding.outcome is not Outcome.PASSED] == []


def test_an_epoch_holds_every_row_once(case):
    assert sorted(row for batch in epoch(case, seed=1) for row in batch.rows.tolist()) == list(range(400))


def test_a_batch_holds_the_rows_that_it_names(case):
    data = case.arrays[Split.TRAIN]
    for batch in epoch(case, 3, 32):
        assert np.array_equal(batch.inputs, data["inputs"][batch.rows])
        assert np.array_equal(batch.targets, data["targets"][batch.rows])
        assert batch.positions == len(batch.rows) * batch.inputs.shape[1]
        assert not batch.carry


def test_items_are_in_row_order_whatever_the_order_of_the_batches(case):
    batches = [(batch, case.erring(batch)) for batch in case.task.evaluation(case.test, 7)]
    assert case.task.items(case.encoding, case.test, batches[::-1]) == case.items(case.erring, 7)


def test_a_batch_left_out_is_noticed(case):
    scored = [(batch, case.erring(batch)) for batch in case.task.evaluation(case.test, 7)]
    for some, missing in ((scored[:-1], 3), ([], 101)):
        with pytest.raises(ValueError, match=f"^{missing} of 101 rows were not scored$"):
            case.task.items(case.encoding, case.test, some)


def test_a_perfect_answer_is_the_optimum(case):
    items = case.items(case.perfect, 7)
    optimum = case.task.optimum(case.dataset, case.encoding, case.rows[Split.TEST], case.test)
    assert case.task.knows_optimum(case.dataset)
    assert optimum == {metric.name: score(metric, items) for metric in case.task.metrics}
    best = {metric.name: metric.low if metric.direction == "min" else metric.high for metric in case.task.metrics}
    assert optimum == best


def test_baselines_give_the_items_that_a_network_gives_and_solve_nothing(case):
    names, (solved, _) = set(case.items(case.erring, 7)), case.task.metrics
    for baseline in case.task.baselines():
        found = baseline.predict(case.task, case.encoding, case.arrays[Split.TRAIN], case.test)
        assert set(found) == names
        assert score(solved, found) == 0.0
        for metric in case.task.metrics:
            value = score(metric, found)
            _, low, high = bootstrap(metric, found, np.random.default_rng(0), resamples=200)
            assert metric.low <= low <= value <= high <= metric.high


def test_the_trivial_loss_is_that_of_the_trivial_baseline_on_validation(case):
    (trivial,) = (baseline for baseline in case.task.baselines() if baseline.trivial)
    training, validation = case.arrays[Split.TRAIN], case.arrays[Split.VALIDATION]
    items = trivial.predict(case.task, case.encoding, training, validation)
    expected = np.sum(items.get("nll", items.get("squared_error"))) / np.sum(items["count"])
    assert case.task.trivial_loss(case.encoding, training, validation) == pytest.approx(expected, rel=1e-12)


def test_training_stops_only_where_the_task_counts_as_solved(case):
    """In nats: an answer is wrong only if its probability is at most 1/2, so this loss allows few that are."""
    loss = case.task.solved_loss(case.encoding)
    if case.task.name == "adding":
        assert loss == STOP_MSE < 0.01
    else:
        assert loss == STOP_NLL
        assert 100 * (1 - loss / np.log(2)) > 99


def test_every_row_has_one_length_and_no_padding(case):
    assert all(batch.lengths is None for batch in case.task.evaluation(case.test, 7))
    assert len({tuple(batch.inputs.shape[1:]) for batch in case.task.evaluation(case.test, 7)}) == 1
    assert torch.is_floating_point(next(case.task.evaluation(case.test, 7)).inputs) == (case.task.name == "adding")
