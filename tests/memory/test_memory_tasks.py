"""The tests of memory one by one: a drawn example encoded by hand, published baselines, and mistakes."""

import numpy as np
import pytest

from rnnbench import Split
from rnnbench.metrics.scoring import score
from rnnbench_tasks.memory import Adding, AssociativeRecall, CopyMemory, DelayedSymbols, KeyValuePairs, MarkedNumbers
from rnnbench_tasks.memory.delayed_symbols import SymbolsRow
from rnnbench_tasks.memory.key_value_pairs import PairsRow
from rnnbench_tasks.memory.marked_numbers import NumbersRow
from rnnbench_tasks.memory.solved import ADDING_SOLVED, RECALL_SOLVED

_ = -100


def encoded(task, dataset, split=Split.TEST):
    encoding = task.fit(dataset.load(Split.TRAIN, None))
    return encoding, task.encode(encoding, dataset.load(split, None))


def test_adding_marks_two_numbers_and_asks_for_their_sum():
    data = Adding().encode({}, [NumbersRow((0.25, 0.5, 0.125), (0, 2)), NumbersRow((1.0, 0.5, 0.0), (1, 2))])
    assert data["inputs"].tolist() == [[[0.25, 1], [0.5, 0], [0.125, 1]], [[1.0, 0], [0.5, 1], [0.0, 1]]]
    assert data["targets"].tolist() == [0.375, 0.5]


def test_always_one_has_the_published_error_of_one_sixth():
    """Of each row it is the square of two uniform numbers less 1: mean 1/6, standard deviation sqrt(7/180)."""
    task, dataset = Adding(), MarkedNumbers(length=5, train_rows=10, test_rows=4000)
    _, data = encoded(task, dataset)
    (always_one,) = task.baselines()
    error = score(task.metrics[1], always_one.predict(task, {}, {}, data))
    assert abs(error - 1 / 6) < 3 * np.sqrt(7 / 180 / 4000)
    assert task.trivial_loss({}, data, data) == pytest.approx(error)
    assert task.chance({}, data) == 0.0, "of the metric that ranks: not solved"


def test_copy_memory_asks_for_the_symbols_behind_blanks_and_the_marker():
    data = CopyMemory().encode({"alphabet": 8}, [SymbolsRow((2, 0, 7), 5), SymbolsRow((1, 1, 3), 5)])
    blank, marker = 8, 9
    assert data["inputs"].tolist() == [
        [2, 0, 7, blank, blank, blank, blank, marker, blank, blank, blank],
        [1, 1, 3, blank, blank, blank, blank, marker, blank, blank, blank],
    ]
    assert data["targets"].tolist() == [[_, _, _, _, _, _, _, _, 2, 0, 7], [_, _, _, _, _, _, _, _, 1, 1, 3]]


def test_copy_memory_is_as_long_and_its_memoryless_loss_as_large_as_published():
    """T + 20 steps, and over all of them, most of which cost nothing, 10 ln 8 / (T + 20)."""
    task, dataset = CopyMemory(), DelayedSymbols(delay=100, train_rows=200, validation_rows=20)
    encoding, data = encoded(task, dataset, Split.VALIDATION)
    assert data["inputs"].shape == (20, 120)
    (memoryless,) = task.baselines()
    items = memoryless.predict(task, encoding, {}, data)
    assert np.sum(items["nll"]) / data["inputs"].size == pytest.approx(10 * np.log(8) / (100 + 20))
    assert task.trivial_loss(encoding, {}, data) == pytest.approx(np.log(8))


def test_a_symbol_counts_as_right_only_where_it_is_asked_for():
    task = CopyMemory()
    data = task.encode({"alphabet": 3}, [SymbolsRow((2, 0), 1), SymbolsRow((1, 1), 1)])
    (batch,) = task.evaluation(data, 2)
    columns = {
        "label": np.asarray([[0, 0, 0, 2, 1], [1, 1, 1, 1, 1]]),
        "log_probability": np.asarray([[-9.0, -9, -9, -1, -2], [-9, -9, -9, -3, -4]]),
    }
    items = task.items({"alphabet": 3}, data, [(batch, columns)])
    assert items == {"right": [1, 2], "count": [2, 2], "nll": [3.0, 7.0]}


def test_associative_recall_lists_pairs_and_asks_for_one_key():
    encoding = {"keys": 5, "values": 3}
    rows = [PairsRow((4, 0), (1, 2), 0), PairsRow((3, 4), (0, 1), 3)]
    data = AssociativeRecall().encode(encoding, rows)
    assert data["inputs"].tolist() == [[4, 6, 0, 7, 8, 0], [3, 5, 4, 6, 8, 3]]
    assert data["targets"].tolist() == [2, 0]


def test_the_commonest_value_of_a_row_is_guessed_with_its_share():
    task, encoding = AssociativeRecall(), {"keys": 5, "values": 3}
    data = task.encode(encoding, [PairsRow((0, 1, 2), (2, 1, 2), 0), PairsRow((0, 1, 2), (2, 1, 2), 1)])
    items = task.baselines()[1].predict(task, encoding, data, data)
    assert items["right"] == [1, 0]
    assert items["nll"] == pytest.approx([np.log(3 / 2), np.log(3)])


def test_guessing_hits_its_share_within_three_standard_errors_and_solves_nothing():
    task, random = AssociativeRecall(), np.random.default_rng(0)
    encoding, data = encoded(task, KeyValuePairs(train_rows=400, test_rows=2000))
    scored = [
        (batch, {"label": random.integers(10, size=len(batch.rows)), "log_probability": np.zeros(len(batch.rows))})
        for batch in task.evaluation(data, 64)
    ]
    items = task.items(encoding, data, scored)
    found = score(task.metrics[1], items)
    assert score(task.metrics[0], items) == task.chance(encoding, data) == 0.0
    assert abs(found - 10) < 3 * 100 * np.sqrt(0.1 * 0.9 / 2000)


def test_solved_is_all_or_nothing_at_the_threshold():
    for right, expected in ((990, 0.0), (991, 100.0)):
        items = {"right": [right, 0], "count": [999, 1]}
        assert score(RECALL_SOLVED, items) == expected
    for error, expected in ((0.0101, 0.0), (0.0099, 100.0)):
        assert score(ADDING_SOLVED, {"squared_error": [error, error], "count": [1, 1]}) == expected


@pytest.mark.parametrize(
    ("task", "rows", "message"),
    [
        (Adding(), [NumbersRow((0.1, 0.2), (0, 1)), NumbersRow((0.1, 0.2, 0.3), (0, 1))], "got 2 and 3 steps"),
        (CopyMemory(), [SymbolsRow((0, 1), 3), SymbolsRow((0, 1), 4)], "got 3 and 4 steps"),
        (CopyMemory(), [SymbolsRow((0, 8), 3)], "symbol 8 is in no training row, only 0 to 7"),
        (AssociativeRecall(), [PairsRow((0,), (1,), 0), PairsRow((0, 1), (1, 1), 0)], "got 1 and 2 steps"),
        (AssociativeRecall(), [PairsRow((5,), (1,), 5)], "key 5 is in no training row, only 0 to 4"),
        (AssociativeRecall(), [PairsRow((4,), (3,), 4)], "value 3 is in no training row, only 0 to 2"),
    ],
)
def test_rows_that_do_not_fit_are_named(task, rows, message):
    with pytest.raises(ValueError, match=message):
        task.encode({"alphabet": 8, "keys": 5, "values": 3}, rows)
