"""Bags of words: what is counted, and what two linear classifiers make of it."""

import numpy as np
import pytest

from rnnbench import LabelledText, Split
from rnnbench.metrics.scoring import score
from rnnbench_tasks.baselines.bags_of_words import bags, held_out, logistic_regression, naive_bayes
from rnnbench_tasks.public.sst2 import SST2
from rnnbench_tasks.sentiment import LOGISTIC_REGRESSION, NAIVE_BAYES, Sentiment


def encoded(training, test):
    """Arrays of (text, label) pairs."""
    task = Sentiment()
    parts = [[LabelledText(*row) for row in rows] for rows in (training, test)]
    encoding = task.fit(parts[0])
    return [task.encode(encoding, part) for part in parts]


def texts(labels, random, words=()):
    """A text for each label: five words that say nothing and, if given, the label's own word among them."""
    return [
        (" ".join(random.permutation([*random.choice(list("uvwxyz"), size=5), *words[label : label + 1]])), str(label))
        for label in labels
    ]


def test_a_bag_counts_words_and_pairs_inside_a_text():
    training, test = encoded([("a b a b", "x"), ("b b", "y"), ("a", "y")], [("b a a new", "x"), ("", "y")])
    training_RF, test_RF = (bag_RF.toarray() for bag_RF in bags(training, test))
    # the columns: b, a, (b b), (b a), (a b), as words are numbered by frequency, "b" before "a"
    assert training_RF.tolist() == [[2, 2, 0, 1, 2], [2, 0, 1, 0, 0], [0, 1, 0, 0, 0]]
    assert test_RF.tolist() == [[1, 2, 0, 1, 0], [0, 0, 0, 0, 0]]


def test_naive_bayes_gives_posteriors_computed_by_hand():
    """Five words and pairs; three of them counted in "pos", four in "neg"; (good bad) was never seen."""
    rows = [("good film", "pos"), ("bad film", "neg"), ("bad", "neg")]
    negative, positive = 2 / 3 * (1 / 9) * (3 / 9) ** 2, 1 / 3 * (2 / 8) * (1 / 8) ** 2
    expected = np.log([[negative, positive]]) - np.log(negative + positive)
    np.testing.assert_allclose(naive_bayes(*encoded(rows, [("good bad bad", "pos")])), expected, rtol=1e-12)


def test_logistic_regression_separates_classes_that_have_a_word_each():
    random = np.random.default_rng(0)
    labels = random.integers(3, size=200).tolist()
    rows = texts(labels, random, words=("bad", "so-so", "good"))
    log_probability_RC = logistic_regression(*encoded(rows[:150], rows[150:]))
    np.testing.assert_allclose(np.exp(log_probability_RC).sum(axis=1), 1, rtol=1e-12)
    assert log_probability_RC.argmax(axis=1).tolist() == labels[150:]
    assert log_probability_RC.max(axis=1).mean() > np.log(0.95)


def test_logistic_regression_of_labels_that_no_text_tells_stays_near_their_frequencies():
    """The weakest of the regularisations would fit the noise."""
    random = np.random.default_rng(0)
    labels = (random.random(400) < 0.3).astype(int).tolist()
    rows = texts(labels, random)
    training, test = encoded(rows[:300], rows[300:])
    probability_R = np.exp(logistic_regression(training, test)[:, 1])
    assert np.abs(probability_R - training["labels"].mean()).max() < 0.15


def test_of_each_class_every_fifth_row_is_held_out_and_never_the_first():
    labels = np.array([2, 0, 0, 1, 0, 0, 0, 0, 0, 1])
    assert np.flatnonzero(held_out(labels)).tolist() == [2, 8, 9]


def test_the_test_labels_change_no_prediction(make):
    case = make["sentiment"]()
    other = {**case.test, "labels": (case.test["labels"] + 1) % 3}
    for baseline in (NAIVE_BAYES, LOGISTIC_REGRESSION):
        one, changed = (
            baseline.predict(case.task, case.encoding, case.arrays[Split.TRAIN], test) for test in (case.test, other)
        )
        assert one["predicted"] == changed["predicted"]
        assert one["nll"] != changed["nll"]


@pytest.mark.data
@pytest.mark.parametrize(
    ("baseline", "form", "accuracy"),
    [(NAIVE_BAYES, "sentences", 82.1), (NAIVE_BAYES, "phrases", 83.1), (LOGISTIC_REGRESSION, "sentences", 80.5)],
    ids=["naive Bayes, sentences", "naive Bayes, phrases", "logistic regression, sentences"],
)
def test_sst2_reaches_what_bags_of_words_reach(baseline, form, accuracy, data_folder):
    """Published: naive Bayes with word pairs, trained on phrases, 83.1 (Socher et al. 2013, table 1)."""
    task, dataset = Sentiment(), SST2(form=form)
    rows = {split: dataset.load(split, data_folder) for split in (Split.TRAIN, Split.TEST)}
    encoding = task.fit(rows[Split.TRAIN])
    training, test = (task.encode(encoding, part) for part in rows.values())
    items = baseline.predict(task, encoding, training, test)
    assert score(task.metrics[0], items) == pytest.approx(accuracy, abs=0.3)
