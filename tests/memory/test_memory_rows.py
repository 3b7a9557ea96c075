"""The rows of the tests of memory: what a generator promises, and the same rows always."""

import json

import numpy as np
import pytest

from rnnbench import Split
from rnnbench_tasks.memory import MEMORY_DATASETS, DelayedSymbols, KeyValuePairs, MarkedNumbers

SMALL = {"train_rows": 400, "validation_rows": 30, "test_rows": 50}

every = pytest.mark.parametrize("kind", MEMORY_DATASETS, ids=lambda kind: kind.name)


@every
def test_rows_come_in_the_asked_numbers_and_survive_json(kind):
    dataset = kind(**SMALL)
    assert [len(dataset.load(split, None)) for split in Split] == [400, 30, 50]
    for row in dataset.load(Split.TEST, None):
        stored = json.loads(json.dumps(row))
        assert kind.rows(*(tuple(value) if isinstance(value, list) else value for value in stored)) == row


@every
def test_one_split_is_the_same_at_every_call_and_unlike_all_others(kind):
    dataset, pilot = kind(**SMALL), kind(**SMALL, pilot=True)
    first = {split: dataset.load(split, None)[:30] for split in Split}
    assert first == {split: dataset.load(split, None)[:30] for split in Split}
    rows = [*first.values(), *(pilot.load(split, None)[:30] for split in Split)]
    assert all(not set(one) & set(other) for index, one in enumerate(rows) for other in rows[:index])


def test_numbers_are_uniform_and_every_pair_of_steps_is_marked_equally_often():
    rows = MarkedNumbers(length=4, train_rows=6000).load(Split.TRAIN, None)
    numbers = np.asarray([row.numbers for row in rows])
    assert numbers.shape == (6000, 4)
    assert 0 <= numbers.min() < 0.01 < 0.99 < numbers.max() <= 1
    assert abs(numbers.mean() - 1 / 2) < 3 * np.sqrt(1 / 12 / numbers.size)
    pairs, counts = np.unique([row.marked for row in rows], axis=0, return_counts=True)
    assert pairs.tolist() == [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]
    assert np.abs(counts - 1000).max() < 4 * np.sqrt(6000 * 1 / 6 * 5 / 6)


def test_symbols_are_uniform_and_the_same_at_every_delay():
    rows, later = (DelayedSymbols(delay=delay, train_rows=800).load(Split.TRAIN, None) for delay in (5, 60))
    assert [row.symbols for row in rows] == [row.symbols for row in later]
    assert {row.delay for row in later} == {60}
    counts = np.bincount(np.ravel([row.symbols for row in rows]))
    assert len(counts) == 8
    assert np.abs(counts - 1000).max() < 4 * np.sqrt(8000 * 1 / 8 * 7 / 8)


def test_keys_differ_within_a_row_and_every_pair_is_asked_for_equally_often():
    rows = KeyValuePairs(pairs=4, train_rows=4000).load(Split.TRAIN, None)
    assert all(len(set(row.keys)) == len(row.values) == 4 for row in rows)
    assert {key for row in rows for key in row.keys} == set(range(26))
    assert {value for row in rows for value in row.values} == set(range(10))
    asked = np.bincount([row.keys.index(row.query) for row in rows])
    assert np.abs(asked - 1000).max() < 4 * np.sqrt(4000 * 1 / 4 * 3 / 4)


@pytest.mark.parametrize(
    ("kind", "field", "value", "expected"),
    [
        (MarkedNumbers, "length", 1, "at least 2"),
        (DelayedSymbols, "delay", 0, "at least 1"),
        (DelayedSymbols, "alphabet", 1, "at least 2"),
        (KeyValuePairs, "pairs", 27, "1 to 26, the number of keys"),
        (KeyValuePairs, "values", 1, "at least 2"),
        (KeyValuePairs, "train_rows", 0, "at least 1"),
    ],
)
def test_a_field_out_of_range_is_named(kind, field, value, expected):
    with pytest.raises(ValueError, match=f"^{field} {value}: expected {expected}$"):
        kind(**{field: value})
