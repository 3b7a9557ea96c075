"""IBM model 1 against a literal EM, its decoder against an exhaustive search, and both baselines on real sentences."""

from collections import Counter, defaultdict
from itertools import pairwise, product
from math import exp, log

import numpy as np
import pytest

from rnnbench import SentencePair, Split
from rnnbench.metrics.scoring import score
from rnnbench.metrics.translation import BLEU
from rnnbench_tasks.baselines.ibm1 import Bigrams, Candidates, Ragged, Table, decode, train, word_by_word
from rnnbench_tasks.public.multi30k import Multi30k
from rnnbench_tasks.translation import Translation

END = 2
SOURCES = [[5, 6], [5, 7, 7], [], [8, 6, 5, 9], [7, 9], [8]]
TARGETS = [[4, 6], [4, 5, 8], [7], [9, 6, 4], [], [9, 9]]


def ragged(sentences):
    ended = [[*sentence, END] for sentence in sentences]
    starts = np.cumsum([0, *map(len, ended)])
    return Ragged(np.array([word for sentence in ended for word in sentence], dtype=np.int32), starts, END)


def literal_em(sources, targets, iterations):
    """Brown et al. 1993, section 4.1, in dictionaries; the empty word is END."""
    vocabulary = {f for source in sources for f in source}
    t = defaultdict(lambda: 1 / len(vocabulary))
    likelihoods = []
    for _ in range(iterations):
        count, total, likelihood = defaultdict(float), defaultdict(float), 0.0
        for source, target in zip(sources, targets, strict=True):
            choices = [*target, END]
            for f in source:
                normaliser = sum(t[f, e] for e in choices)
                likelihood += log(normaliser / len(choices))
                for e in choices:
                    count[f, e] += t[f, e] / normaliser
                    total[e] += t[f, e] / normaliser
        t = defaultdict(float, {(f, e): count[f, e] / total[e] for f, e in count})
        likelihoods.append(likelihood)
    return dict(t), dict(count), likelihoods


@pytest.mark.parametrize("iterations", [1, 2, 8])
def test_em_is_the_literal_em(iterations):
    table, likelihoods = train(ragged(SOURCES), ragged(TARGETS), iterations)
    t, count, expected = literal_em(SOURCES, TARGETS, iterations)
    pairs = list(zip(table.source.tolist(), table.target.tolist(), strict=True))
    assert pairs == sorted(t)
    np.testing.assert_allclose(table.probability, [t[pair] for pair in pairs], rtol=0, atol=1e-12)
    np.testing.assert_allclose(table.alignments, [count[pair] for pair in pairs], rtol=0, atol=1e-12)
    np.testing.assert_allclose(likelihoods, expected, rtol=1e-12)


def test_the_likelihood_never_falls_and_t_is_a_distribution_over_sources():
    random = np.random.default_rng(3)
    sources, targets = (
        [random.integers(3, 30, size=random.integers(0, 9)).tolist() for _ in range(80)] for _ in range(2)
    )
    table, likelihoods = train(ragged(sources), ragged(targets), 30)
    assert all(after >= before for before, after in pairwise(likelihoods))
    assert likelihoods[-1] > likelihoods[1] > likelihoods[0]
    totals = np.bincount(table.target, table.probability)
    np.testing.assert_allclose(totals[np.unique(table.target)], 1, rtol=1e-12)
    assert table.alignments.sum() == pytest.approx(sum(map(len, sources)))


def table_of(counts):
    """A table with these expected alignments and t(f|e) as they imply."""
    pairs = sorted(counts)
    alignments = np.array([counts[pair] for pair in pairs], dtype=float)
    source, target = np.array(pairs).T
    return Table(source, target, alignments / np.bincount(target, alignments)[target], alignments)


def test_a_word_mostly_aligned_with_the_empty_word_is_left_out():
    """Word 4 is aligned with the empty word 3 times in 5, word 5 the 3 in 7 that are its most: it stays."""
    table = table_of({(4, END): 3, (4, 6): 2, (5, END): 3, (5, 6): 2, (5, 7): 2})
    candidates = Candidates.best(table, vocabulary=9, end=END)
    assert word_by_word(candidates, np.array([4, 5, 8, 5])) == [6, 6]
    assert set(candidates.target[5].tolist()) == {6, 7, -1}


def test_partners_are_ordered_by_alignments_and_bounded():
    table = table_of({(4, 5): 1, (4, 6): 4, (4, 7): 2, (4, 8): 3, (5, 8): 50})
    candidates = Candidates.best(table, vocabulary=6, end=END, most=3)
    assert candidates.target[4].tolist() == [6, 8, 7]
    np.testing.assert_allclose(np.exp(candidates.score[4]), [1, 3 / 53, 1])


def bigram(sentences, vocabulary, before, after):
    """Witten and Bell's estimate by its formula."""
    pairs = [pair for sentence in sentences for pair in pairwise([END, *sentence, END])]
    words = Counter(word for _, word in pairs)
    unigram = (words[after] + 1) / (len(pairs) + vocabulary)
    followers = {other for one, other in pairs if one == before}
    count, total = pairs.count((before, after)), sum(one == before for one, _ in pairs)
    return (count + max(len(followers), 1) * unigram) / (total + max(len(followers), 1))


def test_bigrams_follow_their_formula_and_sum_to_one():
    bigrams = Bigrams(ragged(TARGETS), vocabulary=12)
    every = np.arange(12)
    found = bigrams.log_probability(every[:, None], every)
    expected = [[log(bigram(TARGETS, 12, before, after)) for after in every] for before in every]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1, rtol=1e-12)


def test_decoding_finds_what_an_exhaustive_search_finds():
    """Every sequence of partners of every sentence is scored by t(f|e) P(e | e before), both sentence ends counted."""
    random = np.random.default_rng(11)
    counts = {(f, e): random.random() for f in range(3, 8) for e in random.choice(range(3, 10), size=4, replace=False)}
    candidates = Candidates.best(table_of(counts), vocabulary=9, end=END, most=3)
    t = {(f, e): exp(s) for f in range(3, 8) for e, s in zip(candidates.target[f], candidates.score[f], strict=True)}
    lines = [random.integers(3, 10, size=5).tolist() for _ in range(12)]
    bigrams = Bigrams(ragged(lines), vocabulary=10)

    def goodness(source, target):
        model = np.prod([bigram(lines, 10, *pair) for pair in pairwise([END, *target, END])])
        return model * np.prod([t[pair] for pair in zip(source, target, strict=True)])

    differs = 0
    for _ in range(25):
        source = random.integers(3, 8, size=random.integers(1, 5))
        options = product(*(candidates.target[f].tolist() for f in source))
        best = max(options, key=lambda target: goodness(source, target))
        assert decode(candidates, bigrams, source, END) == list(best)
        differs += list(best) != word_by_word(candidates, source)
    assert differs > 5
    assert decode(candidates, bigrams, np.array([8]), END) == []


def baseline_bleu(name, task, rows, folder):
    encoding = task.fit(rows[Split.TRAIN])
    training, test = (task.encode(encoding, rows[split]) for split in (Split.TRAIN, Split.TEST))
    baseline = next(baseline for baseline in task.baselines() if baseline.name == name)
    items = baseline.predict(task, encoding, training, test)
    return score(BLEU, items), items["hypothesis"]


GERMAN = {"the": "das", "big": "große", "dog": "Tier", "cat": "Kätzchen", "sees": "sieht", "hears": "hört"}


@pytest.mark.parametrize("name", ["dictionary", "ibm-1"])
@pytest.mark.parametrize("units", ["words", "bpe"])
def test_a_word_for_word_language_is_translated_without_fault(name, units, tmp_path):
    random = np.random.default_rng(5)
    english = [" ".join(random.choice(list(GERMAN), size=random.integers(2, 8))) for _ in range(320)]
    pairs = [SentencePair(line, " ".join(GERMAN[word] for word in line.split())) for line in english]
    rows = {Split.TRAIN: pairs[:300], Split.TEST: pairs[300:]}
    bleu, hypotheses = baseline_bleu(name, Translation(units=units), rows, tmp_path)
    assert hypotheses == [row.target for row in rows[Split.TEST]]
    assert bleu == pytest.approx(100)


@pytest.mark.data
def test_on_multi30k_the_bigram_model_adds_much_to_the_dictionary(data_folder, tmp_path):
    """Goldens of ours, on a third of the training pairs; nothing published is known for this protocol."""
    dataset = Multi30k(train_rows=10_000)
    rows = {split: dataset.load(split, data_folder) for split in (Split.TRAIN, Split.TEST)}
    dictionary, _ = baseline_bleu("dictionary", Translation(), rows, tmp_path)
    ibm_1, _ = baseline_bleu("ibm-1", Translation(), rows, tmp_path)
    assert dictionary == pytest.approx(13.14, abs=0.05)
    assert ibm_1 == pytest.approx(20.61, abs=0.05)
