"""What holds for every task, here for the tests of memory."""

import json

import numpy as np
import pytest
import torch

from rnnbench import Split
from rnnbench.metrics import bootstrap, score
from rnnbench_tasks.memory.solved import STOP_MSE, STOP_NLL


def epoch(case, seed, size=8):
    return list(case.task.batches(case.arrays[Split.TRAIN], size, np.random.default_rng(seed)))


def test_one_seed_gives_one_order_and_another_seed_another(case):
    one, again, other = ([batch.rows.tolist() for batch in epoch(case, seed)] for seed in (1, 1, 2))
    assert one == again != other
    assert sorted(row for batch in one for row in batch) == list(range(400))


def test_a_batch_holds_the_rows_that_it_names(case):
    data = case.arrays[Split.TRAIN]
    for batch in epoch(case, 3, 32):
        assert np.array_equal(batch.inputs, data["inputs"][batch.rows])
        assert np.array_equal(batch.targets, data["targets"][batch.rows])
        assert batch.positions == len(batch.rows) * batch.inputs.shape[1]
        assert not batch.carry


def test_the_encoding_is_json_and_arrays_survive_a_file_without_pickling(case, tmp_path):
    encoding = json.loads(json.dumps(case.encoding))
    np.savez(tmp_path / "test.npz", **case.task.encode(encoding, case.rows[Split.TEST], None))
    with np.load(tmp_path / "test.npz", allow_pickle=False) as stored:
        assert all(np.array_equal(stored[name], case.test[name]) for name in case.test)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_items_and_metrics_do_not_depend_on_the_evaluation_batch(case, size, tmp_path):
    expected, found = case.items(case.erring, 5), case.items(case.erring, size)
    assert found == expected
    assert {len(column) for column in found.values()} == {101}
    json.dumps(found, allow_nan=False)


def test_items_are_in_row_order_whatever_the_order_of_the_batches(case):
    batches = [(batch, case.erring(batch)) for batch in case.task.evaluation(case.test, 7)]
    assert case.task.items(case.encoding, case.test, batches[::-1]) == case.items(case.erring, 7)


def test_a_batch_left_out_is_noticed(case):
    scored = [(batch, case.erring(batch)) for batch in case.task.evaluation(case.test, 7)]
    for some, missing in ((scored[:-1], 3), ([], 101)):
        with pytest.raises(ValueError, match=f"^{missing} of 101 sequences were not scored$"):
            case.task.items(case.encoding, case.test, some)


def test_a_perfect_answer_is_the_optimum(case, tmp_path):
    items = case.items(case.perfect, 7)
    optimum = case.task.optimum(case.dataset, case.encoding, case.rows[Split.TEST], case.test)
    assert case.task.knows_optimum(case.dataset)
    assert optimum == {metric.name: score(metric, items, tmp_path, "run") for metric in case.task.metrics}
    best = {metric.name: metric.low if metric.direction == "min" else metric.high for metric in case.task.metrics}
    assert optimum == best


def test_baselines_give_the_items_that_a_network_gives_and_solve_nothing(case, tmp_path):
    names, (solved, _) = set(case.items(case.erring, 7)), case.task.metrics
    for baseline in case.task.baselines():
        found = baseline.predict(case.task, case.encoding, case.arrays[Split.TRAIN], case.test)
        assert set(found) == names
        assert score(solved, found, tmp_path, "run") == 0.0
        for metric in case.task.metrics:
            value = score(metric, found, tmp_path, "run")
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
