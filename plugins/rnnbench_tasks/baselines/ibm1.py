r"""IBM model 1 (Brown et al. 1993, "The Mathematics of Statistical Machine Translation"), and two decoders.

The source f_1..f_m comes of the target e_1..e_l and the empty word e_0, each source word of any of them alike:

.. math:: P(f \mid e) = \frac{\epsilon}{(l + 1)^m} \prod_{j=1}^m \sum_{i=0}^l t(f_j \mid e_i)

EM finds t, and with it how often f is expected to be aligned with each e in the training pairs. A source word that is
aligned with the empty word more often than not is left out; any other becomes its most frequent partner (the
dictionary), or that of its partners which stands in the sequence of the highest t(f|e) P(e | e before): the noisy
channel with a bigram model of the target. Both keep the order of the source.

Suffixes: J source positions, A possible alignments of them, N pairs of words, F and E vocabularies of the source and
the target, K candidates, T positions of a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rnnbench import Floats, Integers

ITERATIONS = 10
CANDIDATES = 10
"""Partners of a source word that the decoder looks at."""


class Ragged(NamedTuple):
    """Sentences of token ids end to end; ``starts`` says where each begins and the last ends. Each ends in ``end``."""

    ids: Integers
    starts: Integers
    end: int


class Table(NamedTuple):
    """What EM found for each pair of words seen in one sentence pair (N), sorted by source and then target.

    Attributes:
        source: f.
        target: e; the sentence end stands for the empty word e_0.
        probability: t(f|e).
        alignments: expected alignments of f with e in the training pairs.
    """

    source: Integers
    target: Integers
    probability: Floats
    alignments: Floats


def train(source: Ragged, target: Ragged, iterations: int = ITERATIONS) -> tuple[Table, list[float]]:
    """The table after some iterations of EM from uniform t, and the log-likelihood before each of them.

    The likelihood is in nats, of the source words given the targets and the lengths, without the constant epsilon.
    """
    place_J = np.flatnonzero(source.ids != source.end)
    row_J = np.searchsorted(source.starts, place_J, side="right") - 1
    first_J, choices_J = target.starts[row_J], np.diff(target.starts)[row_J]  # l + 1: the end is e_0
    position_A = np.repeat(np.arange(len(place_J)), choices_J)
    within_A = np.arange(len(position_A)) - np.repeat(np.cumsum(choices_J) - choices_J, choices_J)
    target_A = target.ids[np.repeat(first_J, choices_J) + within_A]
    source_A = source.ids[place_J][position_A].astype(np.int64)
    width = int(target.ids.max(initial=0)) + 1
    pairs_N, pair_A = np.unique(source_A * width + target_A, return_inverse=True)
    source_N, target_N = np.divmod(pairs_N, width)

    probability_N = np.full(len(pairs_N), 1 / max(len(np.unique(source_N)), 1))
    count_N = np.zeros(len(pairs_N))
    likelihoods = []
    for _ in range(iterations):
        share_A = probability_N[pair_A]
        total_J = np.bincount(position_A, share_A, minlength=len(place_J))
        likelihoods.append(float(np.log(total_J / choices_J).sum()))
        share_A /= total_J[position_A]
        count_N = np.bincount(pair_A, share_A, minlength=len(pairs_N)).astype(np.float64)
        probability_N = count_N / np.bincount(target_N, count_N)[target_N]
    return Table(source_N, target_N, probability_N, count_N), likelihoods


@dataclass(frozen=True)
class Candidates:
    """The most frequent partners of each source word, best first.

    Attributes:
        target: the partners, F x K; -1 where there are no more.
        score: log t(f|e), F x K.
    """

    target: Integers
    score: Floats

    @staticmethod
    def best(table: Table, vocabulary: int, end: int, most: int = CANDIDATES) -> Candidates:
        """Up to ``most`` partners by expected alignments; none for a word that mostly aligns with the empty word.

        Args:
            table: what EM found.
            vocabulary: size of the source's vocabulary; a word never seen has no partner either.
            end: the target's sentence end, that stands for the empty word.
            most: how many, K.
        """
        empty_N = table.target == end
        signed_N = np.where(empty_N, -table.alignments, table.alignments)
        worded_F = np.bincount(table.source, signed_N, minlength=vocabulary) >= 0
        kept_N = np.flatnonzero(worded_F[table.source] & ~empty_N)
        order_N = kept_N[np.lexsort((-table.alignments[kept_N], table.source[kept_N]))]
        source_N = table.source[order_N]
        rank_N = np.arange(len(source_N)) - np.searchsorted(source_N, source_N)
        near_N = rank_N < most
        order_N, place = order_N[near_N], (source_N[near_N], rank_N[near_N])
        target_FK = np.full((vocabulary, most), -1, dtype=np.int64)
        score_FK = np.full((vocabulary, most), -np.inf)
        target_FK[place] = table.target[order_N]
        with np.errstate(divide="ignore"):  # an underflow of t
            score_FK[place] = np.log(table.probability[order_N])
        return Candidates(target_FK, score_FK)

    def kept(self, source_T: Integers) -> Integers:
        """These source words without those that have no partner."""
        return np.asarray(source_T[self.target[source_T, 0] >= 0])


class Bigrams:
    r"""P(e | word before), interpolated with the words' own frequencies (Witten and Bell 1991, method C).

    .. math:: P(e \mid d) = \frac{c(d, e) + n(d) P(e)}{c(d) + n(d)}, \quad P(e) = \frac{c(e) + 1}{\sum_e c(e) + V}

    with c counts and n(d) the number of different words after d. The sentence end stands before the first word too.
    """

    def __init__(self, target: Ragged, vocabulary: int) -> None:
        self._vocabulary = vocabulary
        ids = target.ids.astype(np.int64)
        before = np.concatenate([[target.end], ids[:-1]]).astype(np.int64)
        self._pairs_N, self._count_N = np.unique(before * vocabulary + ids, return_counts=True)
        followers_E = np.bincount(self._pairs_N // vocabulary, minlength=vocabulary)
        self._count_E = np.bincount(before, minlength=vocabulary)
        self._followers_E = np.maximum(followers_E, 1)
        unigram_E = np.bincount(ids, minlength=vocabulary) + 1.0
        self._unigram_E = unigram_E / unigram_E.sum()

    def log_probability(self, before: Integers, after: Integers) -> Floats:
        """Log P(after | before), in nats; the arguments broadcast."""
        pairs = before * self._vocabulary + after
        found = np.searchsorted(self._pairs_N, pairs).clip(max=len(self._pairs_N) - 1)
        seen = np.where(self._pairs_N[found] == pairs, self._count_N[found], 0)
        followers = self._followers_E[before]
        smoothed = (seen + followers * self._unigram_E[after]) / (self._count_E[before] + followers)
        return np.asarray(np.log(smoothed), dtype=np.float64)


def word_by_word(candidates: Candidates, source_T: Integers) -> list[int]:
    """Each source word's most frequent partner, in the order of the source."""
    found: list[int] = candidates.target[candidates.kept(source_T), 0].tolist()
    return found


def decode(candidates: Candidates, bigrams: Bigrams, source_T: Integers, end: int) -> list[int]:
    """One partner for each source word that has any: the sequence of the highest t(f|e) P(e | e before), by Viterbi.

    Args:
        candidates: partners of every source word.
        bigrams: the target's language model; both sentence ends count.
        source_T: the source words, without their end.
        end: the target's sentence end.
    """
    words_T = candidates.kept(source_T)
    target_TK, emission_TK = candidates.target[words_T], candidates.score[words_T]
    before_K, score_K = np.array([end]), np.zeros(1)
    back_TK = []
    for target_K, emission_K in zip(target_TK, emission_TK, strict=True):
        path_KK = score_K[:, None] + bigrams.log_probability(before_K[:, None], target_K)
        back_TK.append(path_KK.argmax(axis=0))
        before_K, score_K = target_K, path_KK.max(axis=0) + emission_K
    choice = int(np.argmax(score_K + bigrams.log_probability(before_K, np.array(end))))
    found: list[int] = []
    for target_K, back_K in zip(target_TK[::-1], reversed(back_TK), strict=True):
        found.append(int(target_K[choice]))
        choice = int(back_K[choice])
    return found[::-1]
