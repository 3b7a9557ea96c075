"""Kneser-Ney by sorted arrays against its equations word by word, over dictionaries."""

import time
import tracemalloc
from collections import Counter

import numpy as np
import pytest

from rnnbench import Split
from rnnbench.metrics.scoring import score
from rnnbench_tasks.baselines.kneser_ney import KneserNey, discounts
from rnnbench_tasks.language_modelling import KNESER_NEY, UNIGRAM, LanguageModelling
from rnnbench_tasks.public.wikitext import WikiText2


class Literal:
    """The equations in the head of the module, with a dictionary for each order's counts c."""

    def __init__(self, text, vocabulary, order):
        self.vocabulary = vocabulary
        circle = [*text, *text, *text]
        grams = {n: Counter(tuple(circle[i : i + n]) for i in range(len(text))) for n in range(1, order + 1)}
        self.counts = {n: Counter(gram[1:] for gram in grams[n + 1]) for n in range(1, order)} | {order: grams[order]}

    def discount(self, order, count):
        if count == 0:
            return 0.0
        n = {k: sum(found == k for found in self.counts[order].values()) for k in (1, 2, 3, 4)}
        if not all(n.values()):
            return min(count, 3) / 2
        y = n[1] / (n[1] + 2 * n[2])
        d = {k: k - (k + 1) * y * n[k + 1] / n[k] for k in (1, 2, 3)}
        return d[min(count, 3)] if min(d.values()) > 0 else min(count, 3) / 2

    def probability(self, context, word):
        order = len(context) + 1
        shorter = self.probability(context[1:], word) if context else 1 / self.vocabulary
        following = {gram[-1]: count for gram, count in self.counts[order].items() if gram[:-1] == context}
        if not following:
            return shorter
        total = sum(following.values())
        kept = following.get(word, 0) - self.discount(order, following.get(word, 0))
        return (kept + sum(self.discount(order, count) for count in following.values()) * shorter) / total


def zipf(length, vocabulary, seed=0):
    """A text of token ids, the last ones rare; each follows the one before it every other time."""
    random = np.random.default_rng(seed)
    chances = 1 / np.arange(1, vocabulary + 1)
    text = random.choice(vocabulary, size=length, p=chances / chances.sum())
    follows = np.flatnonzero(random.random(length) < 0.5)
    text[follows] = (3 * text[follows - 1] + 1) % vocabulary
    return text


TEXTS = {"words": (300, 60, 90), "characters": (400, 6, 8), "shorter than an n-gram": (2, 2, 3)}


@pytest.fixture(params=TEXTS, scope="module")
def pair(request):
    """The arrays and the dictionaries of one text; a third of the vocabulary is not in it."""
    length, present, vocabulary = TEXTS[request.param]
    text = zipf(length, present)
    return KneserNey.fitted(text.astype(np.int32), vocabulary), Literal(text.tolist(), vocabulary, 5)


def test_probabilities_are_those_of_the_equations_in_every_context(pair):
    fitted, literal = pair
    text = np.concatenate([zipf(60, fitted.vocabulary, seed=1), zipf(60, fitted.vocabulary // 2, seed=0)])
    tokens = text.tolist()
    expected = [literal.probability(tuple(tokens[max(0, t - 4) : t]), tokens[t]) for t in range(len(tokens))]
    np.testing.assert_allclose(fitted.probability(text), expected, rtol=1e-12)


def test_probabilities_sum_to_one_over_the_vocabulary_after_seen_and_unseen_contexts(pair):
    fitted, literal = pair
    seen = [gram[:length] for gram in list(literal.counts[5])[:20] for length in range(5)]
    unseen = np.random.default_rng(2).integers(fitted.vocabulary, size=(20, 4)).tolist()
    for context in [*seen, *unseen]:
        endings = [fitted.probability(np.array([*context, word]))[-1] for word in range(fitted.vocabulary)]
        assert min(endings) > 0
        assert sum(endings) == pytest.approx(1, abs=1e-12)


def test_a_word_that_follows_one_word_alone_is_rarer_by_itself_than_its_count():
    """Kneser & Ney's San Francisco: seen as often as another word, but after fewer different ones."""
    san, francisco, other, *rest = range(12)
    text = [token for word in rest for token in (word, other, san, francisco)]
    unigram = KneserNey.fitted(np.array(text), 12).probability(np.array([francisco]))
    assert text.count(francisco) == text.count(other)
    assert unigram < KneserNey.fitted(np.array(text), 12).probability(np.array([other])) / 3


def test_discounts_come_from_the_counts_of_counts():
    counts = np.repeat([1, 2, 3, 4, 9], [10, 5, 4, 2, 1])  # Y = 1/2
    assert discounts(counts) == pytest.approx([0, 1 - 0.5, 2 - 1.5 * 4 / 5, 3 - 2 * 2 / 4], rel=1e-15)


@pytest.mark.parametrize("sizes", [(10, 5, 4, 0), (0, 5, 4, 2), (2, 1, 9, 1)], ids=["no n4", "no n1", "D2 below 0"])
def test_degenerate_counts_of_counts_are_replaced(sizes):
    assert discounts(np.repeat([1, 2, 3, 4], sizes)).tolist() == [0, 0.5, 1, 1.5]


def test_the_baseline_scores_every_token_after_a_line_end_and_what_stands_before_it(make):
    case = make["language-modelling"](streams=3, block_size=7)
    literal = Literal(case.arrays[Split.TRAIN]["ids"].tolist(), case.encoding["size"], 5)
    text = [case.encoding["end"], *case.test["ids"].tolist()]
    chances = [literal.probability(tuple(text[max(0, t - 4) : t]), text[t]) for t in range(1, len(text))]
    items = KNESER_NEY.predict(case.task, case.encoding, case.arrays[Split.TRAIN], case.test)
    expected = case.task.blocks(case.test, -np.log(chances))
    assert items.pop("nll") == pytest.approx(expected.pop("nll"), rel=1e-12)
    assert items == expected


@pytest.mark.data
def test_wikitext_2_is_counted_within_a_minute_and_a_gigabyte(data_folder):
    task = LanguageModelling()
    rows = {split: WikiText2().load(split, data_folder) for split in (Split.TRAIN, Split.TEST)}
    encoding = task.fit(rows[Split.TRAIN])
    training, test = (task.encode(encoding, part) for part in rows.values())
    tracemalloc.start()
    start = time.process_time()
    items = KNESER_NEY.predict(task, encoding, training, test)
    assert time.process_time() - start < 60
    assert tracemalloc.get_traced_memory()[1] < 1e9
    tracemalloc.stop()
    perplexity, unigram = (
        score(task.metrics[0], found) for found in (items, UNIGRAM.predict(task, encoding, training, test))
    )
    assert perplexity == pytest.approx(217.80, abs=0.01), "ours: line ends and <unk> are words like any other"
    assert perplexity < unigram / 4
