r"""A hidden Markov model of tags: each tag depends on the one before it, each word on its tag (Church 1988).

.. math::

    p(w, t) = \prod_i p(t_i \mid t_{i-1}) \, p(w_i \mid t_i) \cdot p(\text{end} \mid t_n)

Counts of tags that follow tags are add-one smoothed. What a word says of its tag is that of
:func:`rnnbench_tasks.baselines.most_frequent_tag.tags_of_words`, turned round by Bayes' rule: a word that never occurs
says nothing, and its neighbours decide. A token gets the tag whose marginal probability given the whole sentence is
highest, by the forward-backward algorithm (Rabiner 1989, section III): that is what makes most tokens right, where
Viterbi's path makes most sentences.

Shapes: N tokens, T tokens of a sentence, V words, K tags.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnbench import Floats, Integers
from rnnbench_tasks.baselines.most_frequent_tag import tag_frequencies, tags_of_words


@dataclass(frozen=True)
class HiddenMarkov:
    """A fitted model.

    Attributes:
        first: p(tag) at the beginning of a sentence, K.
        moves: p(next tag | tag), K x K, a row for each tag.
        last: p(end | tag), K.
        words: p(word | tag) / p(word), V x K.
    """

    first: Floats
    moves: Floats
    last: Floats
    words: Floats

    @staticmethod
    def fitted(word_N: Integers, tag_N: Integers, starts: Integers, words: int, tags: int) -> HiddenMarkov:
        """Count the training sentences, which lie end to end; every tag occurs.

        Args:
            word_N: words, by number.
            tag_N: their tags, by number.
            starts: where each sentence begins and the last one ends.
            words: V.
            tags: K.
        """
        begins = np.zeros(len(tag_N), dtype=bool)
        begins[starts[:-1]] = True
        inside = ~begins[1:]
        pairs = np.bincount(tag_N[:-1][inside].astype(np.int64) * tags + tag_N[1:][inside], minlength=tags * tags)
        last_K = np.bincount(tag_N[starts[1:] - 1], minlength=tags)
        onward_KK = np.column_stack([pairs.reshape(tags, tags), last_K]) + 1.0
        onward_KK /= onward_KK.sum(axis=1, keepdims=True)
        first_K = np.bincount(tag_N[begins], minlength=tags) + 1.0
        words_VK = tags_of_words(word_N, tag_N, words, tags) / tag_frequencies(tag_N, tags)
        return HiddenMarkov(first_K / first_K.sum(), onward_KK[:, :tags], onward_KK[:, tags], words_VK)

    def posterior(self, word_T: Integers) -> Floats:
        """p(tag | sentence) of each token, T x K."""
        emission_TK = self.words[word_T]
        forward_TK, backward_TK = np.empty_like(emission_TK), np.empty_like(emission_TK)
        ahead_K = self.first
        for step, emission_K in enumerate(emission_TK):  # scaled to sum to one: long sentences do not vanish
            forward_TK[step] = ahead_K * emission_K
            forward_TK[step] /= forward_TK[step].sum()
            ahead_K = forward_TK[step] @ self.moves
        behind_K = self.last
        for step in range(len(emission_TK) - 1, -1, -1):
            backward_TK[step] = behind_K / behind_K.sum()
            behind_K = self.moves @ (emission_TK[step] * backward_TK[step])
        joint_TK = forward_TK * backward_TK
        return np.asarray(joint_TK / joint_TK.sum(axis=1, keepdims=True))
