"""What holds for every task, whatever it asks."""

import json
from itertools import pairwise

import numpy as np
import pytest
import torch

from rnnbench import Split
from rnnbench.metrics import bootstrap, score


def epoch(case, seed, size=8):
    return list(case.task.batches(case.arrays[Split.TRAIN], size, np.random.default_rng(seed)))


def same(one, other):
    return len(one) == len(other) and all(
        torch.equal(a.inputs, b.inputs)
        and torch.equal(a.targets, b.targets)
        and np.array_equal(a.rows, b.rows)
        and a.carry == b.carry
        for a, b in zip(one, other, strict=True)
    )


def test_one_seed_gives_one_order_and_another_seed_another(case):
    assert same(epoch(case, seed=1), epoch(case, seed=1))
    assert not same(epoch(case, seed=1), epoch(case, seed=2))


def test_a_second_epoch_of_one_seed_differs(case):
    order = np.random.default_rng(1)
    first, second = (list(case.task.batches(case.arrays[Split.TRAIN], 8, order)) for _ in range(2))
    assert not same(first, second)


def test_an_epoch_holds_every_target_of_the_training_rows_but_a_remainder(case):
    targets = [batch.targets[batch.targets != -100].flatten() for batch in epoch(case, seed=3, size=1)]
    evaluated = [
        batch.targets[batch.targets != -100].flatten() for batch in case.task.evaluation(case.arrays[Split.TRAIN], 1)
    ]
    assert torch.equal(torch.cat(targets).sort().values, torch.cat(evaluated).sort().values)


def test_the_encoding_is_json_and_survives_it(case):
    encoding = json.loads(json.dumps(case.encoding))
    again = case.task.encode(encoding, case.rows[Split.TEST], case.arrays[Split.VALIDATION])
    assert all(np.array_equal(again[name], case.test[name]) for name in case.test)


def test_arrays_survive_a_file_without_pickling(case, tmp_path):
    np.savez(tmp_path / "test.npz", **case.test)
    with np.load(tmp_path / "test.npz", allow_pickle=False) as stored:
        assert {name: stored[name].tolist() for name in stored.files} == {
            name: array.tolist() for name, array in case.test.items()
        }


@pytest.mark.parametrize("size", [1, 7, 32, 10_000])
def test_items_do_not_depend_on_the_evaluation_batch(case, size):
    expected = case.items(case.erring, 5)
    found = case.items(case.erring, size)
    assert list(found) == list(expected)
    for name, column in expected.items():
        if isinstance(column[0], float):
            np.testing.assert_allclose(found[name], column, rtol=1e-12)
        else:
            assert found[name] == column
    json.dumps(found, allow_nan=False)


def test_metrics_do_not_depend_on_the_evaluation_batch(case, tmp_path):
    one, other = (case.items(case.erring, size) for size in (1, 32))
    for metric in case.task.metrics:
        assert score(metric, one, tmp_path, "one") == pytest.approx(score(metric, other, tmp_path, "other"), rel=1e-12)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_batch_left_out_is_noticed(case, size):
    batches = list(case.task.evaluation(case.test, size))
    scored = [(batch, case.erring(case, batch)) for batch in batches[:-1]]
    with pytest.raises(ValueError, match=r"not (scored|translated)"):
        case.task.items(case.encoding, case.test, scored)


def test_a_perfect_answer_scores_perfectly(case, tmp_path):
    items = case.items(case.perfect, 7)
    for metric in case.task.metrics:
        best = metric.low if metric.direction == "min" else metric.high
        assert score(metric, items, tmp_path, "run") == pytest.approx(best, abs=1e-9)


def test_baselines_give_the_items_that_a_network_gives(case, tmp_path):
    items = case.items(case.erring, 7)
    baselines = case.task.baselines()
    assert any(baseline.trivial for baseline in baselines)
    for baseline in baselines:
        found = baseline.predict(case.task, case.encoding, case.arrays[Split.TRAIN], case.test)
        assert {name: len(column) for name, column in found.items()} == {name: len(c) for name, c in items.items()}
        for metric in case.task.metrics:
            value = score(metric, found, tmp_path, "run")
            _, low, high = bootstrap(metric, found, np.random.default_rng(0), resamples=200)
            assert metric.low <= low <= value <= high <= metric.high or baseline.name == "copy"


def test_positions_of_an_evaluation_add_up_whatever_the_batch(case):
    totals = [sum(batch.positions for batch in case.task.evaluation(case.test, size)) for size in (1, 7, 10_000)]
    assert all(one == other for one, other in pairwise(totals))


def test_lengths_are_on_the_cpu_and_padding_is_on_the_right(case):
    for batch in case.task.evaluation(case.test, 7):
        if batch.lengths is not None:
            assert batch.lengths.dtype == torch.int64
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
