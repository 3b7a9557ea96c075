"""Sentiment: vocabulary, labels, lengths."""

import numpy as np
import pytest

from rnnbench import LabelledText, Split
from rnnbench.metrics.scoring import score
from rnnbench_tasks.sentiment import Sentiment

ROWS = [LabelledText("a good  film", "pos"), LabelledText("a bad film", "neg"), LabelledText("good", "pos")]


def test_texts_become_words_of_the_training_vocabulary():
    task = Sentiment()
    encoding = task.fit(ROWS)
    assert encoding == {"vocabulary": ["<pad>", "<unk>", "a", "film", "good", "bad"], "labels": ["neg", "pos"]}
    data = task.encode(encoding, [LabelledText("a fine film", "neg"), LabelledText("", "pos")])
    assert data["ids"].tolist() == [2, 1, 3, 1]
    assert data["ids_starts"].tolist() == [0, 3, 4]
    assert data["labels"].tolist() == [0, 1]


def test_long_texts_are_read_from_their_beginning():
    task = Sentiment(max_length=2)
    encoding = task.fit(ROWS)
    assert task.counts(encoding, task.encode(encoding, ROWS)) == {
        "rows": 3, "tokens": 5, "vocabulary": 5, "classes": 2,
    }  # fmt: skip


def test_a_label_of_no_training_row_is_named():
    task = Sentiment()
    with pytest.raises(ValueError, match="label 'meh' is in no training row, only 'neg', 'pos'"):
        task.encode(task.fit(ROWS), [LabelledText("a", "meh")])


def test_training_batches_hold_texts_of_about_one_length(make):
    case = make["sentiment"]()
    batches = list(case.task.batches(case.arrays[Split.TRAIN], 10, np.random.default_rng(0)))
    padding = sum(batch.inputs.numel() - int(batch.lengths.sum()) for batch in batches)
    assert padding < 0.1 * sum(batch.inputs.numel() for batch in batches)
    assert sorted(np.concatenate([batch.rows for batch in batches])) == list(range(200))
    assert [batch.inputs.shape[1] for batch in batches] != sorted(batch.inputs.shape[1] for batch in batches)


def test_items_are_in_row_order(make):
    case = make["sentiment"]()
    assert case.items(case.erring, 7)["label"] == [row.label for row in case.rows[Split.TEST]]


def test_guessing_scores_chance_within_three_standard_errors(make):
    case = make["sentiment"]()
    random = np.random.default_rng(0)
    items = case.items(
        lambda case, batch: case.erring(case, batch) | {"label": random.integers(3, size=len(batch.rows))}, 7
    )
    chance = case.task.chance(case.encoding, case.arrays[Split.VALIDATION])
    error = 100 * np.sqrt(1 / 3 * 2 / 3 / len(items["label"]))
    assert chance == pytest.approx(100 / 3)
    assert abs(score(case.task.metrics[0], items) - chance) < 3 * error


def test_the_majority_is_the_commonest_training_label(make):
    case = make["sentiment"]()
    majority, *_ = case.task.baselines()
    items = majority.predict(case.task, case.encoding, case.arrays[Split.TRAIN], case.test)
    assert set(items["predicted"]) == {"bad"}
    share = np.mean([row.label == "bad" for row in case.rows[Split.TEST]])
    assert score(case.task.metrics[0], items) == pytest.approx(100 * share)
