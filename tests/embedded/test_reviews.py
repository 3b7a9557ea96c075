"""Reviews: the reader is right, the noise is as set, and bags of words fall short."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

from rnnbench import LabelledText, Split
from rnnbench_tasks.embedded import Reviews, reviews


def words(value):
    """Two sentiment words of a strength."""
    return [word for word, strength in reviews.lexicon().values.items() if strength == value][:2]


GOOD, FINE = words(1)
BAD, POOR = words(-1)
GREAT, _ = words(2)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        (f"the a was {GOOD}", 1),
        (f"the a was {GREAT}", 2),
        (f"the a was not {GOOD}", -1),
        (f"the a was never x y very {GOOD}", -2),
        (f"the a was not {BAD} x and the b was {GOOD}", 2),
        (f"the a was {GREAT} but the b was {BAD}", -1),
        (f"the a was {GREAT} though the b was very {BAD}", 2),
        (f"the a was {GREAT} though the b was {BAD} and the c was {POOR}", 1),
        (f"the a was {GREAT} but the b was {BAD} though the c was {GOOD}", -1),
        (f"the a was {BAD} though the b was {GOOD} but the c was {FINE}", 1),
        (f"the a was not {GOOD} though the b was not {GOOD} and the c was {GREAT}", 1),
    ],
)
def test_the_reader_knows_the_rules(text, score):
    assert reviews.read(text) == score


@pytest.mark.parametrize("dials", [{}, {"negation": 1.0, "contrast": 1.0, "distance": 5}])
def test_the_reader_recovers_what_the_writer_meant(dials):
    writer = Reviews(**dials)
    random = writer.random("reader")
    drafts = [writer._draft(random) for _ in range(3_000)]
    assert all(reviews.read(text) == score for text, score in drafts)
    assert {np.sign(score) for _, score in drafts} >= {-1, 1}


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.3])
def test_the_optimum_is_the_share_of_labels_without_noise(noise):
    dataset = Reviews(noise=noise)
    rows = dataset.load(Split.TEST, None)
    flipped = np.mean([(reviews.read(row.text) > 0) != (row.label == "positive") for row in rows])
    assert flipped == pytest.approx(noise, abs=4 * np.sqrt(noise * (1 - noise) / len(rows)))
    assert dataset.optimum(rows) == {"accuracy": pytest.approx(100 * (1 - flipped))}


def test_the_optimum_counts_right_labels():
    rows = [LabelledText(f"the a was {GOOD}", "positive"), LabelledText(f"the a was {GOOD}", "negative")]
    assert Reviews().optimum(rows) == {"accuracy": 50.0}


def naive_bayes(dataset):
    train, test = dataset.load(Split.TRAIN, None), dataset.load(Split.TEST, None)
    count = CountVectorizer(token_pattern=r"\S+")
    model = MultinomialNB().fit(count.fit_transform([row.text for row in train]), [row.label for row in train])
    return 100 * model.score(count.transform([row.text for row in test]), [row.label for row in test])


def test_a_bag_of_words_is_far_below_the_optimum_but_above_chance():
    dataset = Reviews()
    assert 53 < naive_bayes(dataset) < dataset.optimum(dataset.load(Split.TEST, None))["accuracy"] - 25


def test_without_negation_and_contrast_a_bag_of_words_comes_close():
    dataset = Reviews(negation=0, contrast=0, noise=0)
    assert naive_bayes(dataset) > 90


@pytest.mark.parametrize("ignored", [reviews.NEGATORS, ("but",), ("though",), reviews.INTENSIFIERS])
def test_a_reader_who_ignores_a_rule_is_below_the_optimum(ignored):
    rows = Reviews().load(Split.TEST, None)
    shorter = [
        LabelledText(" ".join("and" if w in ("but", "though") else "x" if w in ignored else w for w in text), label)
        if set(ignored) & {"but", "though"}
        else LabelledText(" ".join("x" if w in ignored else w for w in text), label)
        for text, label in ((row.text.split(), row.label) for row in rows)
    ]
    assert Reviews().optimum(shorter)["accuracy"] < Reviews().optimum(rows)["accuracy"] - 1


def test_classes_are_balanced_and_lengths_as_announced():
    rows = Reviews().load(Split.TRAIN, None)
    assert np.mean([row.label == "positive" for row in rows]) == pytest.approx(0.5, abs=0.03)
    lengths = np.array([len(row.text.split()) for row in rows])
    assert 12 < lengths.mean() < 18
    assert np.mean((lengths >= 6) & (lengths <= 26)) > 0.8


def test_praise_and_blame_are_equally_strong_rank_by_rank():
    strengths = list(reviews.lexicon().values.values())
    assert all(praise == -blame for praise, blame in zip(strengths[::2], strengths[1::2], strict=True))
    assert set(strengths) == {-2, -1, 1, 2}


def test_no_word_has_two_meanings():
    lexicon = reviews.lexicon()
    groups = [lexicon.topics.items, lexicon.fillers.items, lexicon.sentiments.items, lexicon.copulas.items]
    groups += [lexicon.negators.items, lexicon.intensifiers.items, ("the", "but", "though", "and")]
    assert len({word for group in groups for word in group}) == sum(len(group) for group in groups)
