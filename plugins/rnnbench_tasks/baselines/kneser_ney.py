"""Interpolated modified Kneser-Ney smoothing (Chen & Goodman 1999, section 3; Kneser & Ney 1995).

With h a context, h' that context without its first word, and c the count of an n-gram::

    p(w | h) = (c(hw) - D(c(hw))) / c(h.) + g(h) p(w | h')
    g(h)     = (D1 N1(h.) + D2 N2(h.) + D3 N3+(h.)) / c(h.)
    p(w | h) = p(w | h')                                      where h was never seen

c(h.) is the sum of c(hw) over w, and Nk(h.) the number of words w with c(hw) = k. Below the highest order, c(hw) is the
number of different words that stand before hw. The last p, below the unigrams, is uniform over the vocabulary.
D1, D2 and D3+ of each order come from n1 to n4, the numbers of n-grams with counts of one to four::

    Y = n1 / (n1 + 2 n2)     Dk = k - (k + 1) Y n(k+1) / nk

Shapes: N tokens of the training text, G n-grams of an order, H contexts (n-grams of the order below), T tokens scored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rnnbench import Floats, Integers

_UNSEEN = -1  # the number of an n-gram that the training text does not have
_FALLBACK = (0.0, 0.5, 1.0, 1.5)


@dataclass(frozen=True)
class _Order:
    """The n-grams of one order, numbered in the order of their keys.

    A key is ``context * vocabulary + word``, where the context is the number of an n-gram of the order below. One more
    entry, the last, of ``share`` and of ``left`` stands for what was never seen: ``_UNSEEN`` indexes it.
    """

    keys: Integers  # G
    share: Floats  # G + 1: (c(hw) - D(c(hw))) / c(h.)
    left: Floats  # H + 1: g(h)

    @classmethod
    def counted(cls, key_G: Integers, count_G: Integers, vocabulary: int) -> _Order:
        discount_G = discounts(count_G)[np.minimum(count_G, 3)]
        context_G = key_G // vocabulary
        total_H = np.bincount(context_G, weights=count_G)
        share_G = (count_G - discount_G) / total_H[context_G]
        left_H = np.bincount(context_G, weights=discount_G) / total_H
        return cls(key_G, np.append(share_G, 0.0), np.append(left_H, 1.0))

    def find(self, key_T: Integers) -> Integers:
        """The number of the n-gram of each key."""
        at_T = np.minimum(np.searchsorted(self.keys, key_T), len(self.keys) - 1)
        return np.where(self.keys[at_T] == key_T, at_T, _UNSEEN)


@dataclass(frozen=True)
class KneserNey:
    """A language model over token ids, all of them from 0 to ``vocabulary`` - 1."""

    vocabulary: int
    orders: tuple[_Order, ...]  # unigrams first

    @classmethod
    def fitted(cls, text_N: npt.NDArray[np.integer], vocabulary: int, order: int = 5) -> KneserNey:
        """Count a training text.

        The text is read in a circle, as the batches of language modelling are: every n-gram then has a word before it
        and one after it.

        Args:
            text_N: token ids, at least one.
            vocabulary: how many ids there are.
            order: the longest n-grams; contexts are one shorter.
        """
        tables: list[tuple[Integers, Integers]] = []  # keys and counts of each order
        gram_N = np.zeros(len(text_N), dtype=np.int64)  # the number of the n-gram that ends at each token
        for _ in range(order):
            keys, first_G, longer_N, count_G = np.unique(
                np.roll(gram_N, 1) * vocabulary + text_N, return_index=True, return_inverse=True, return_counts=True
            )
            if tables:  # each n-gram that is longer by one is one word before its last words
                tables[-1] = tables[-1][0], np.bincount(gram_N[first_G])
            tables.append((keys, count_G))
            gram_N = longer_N
        return cls(vocabulary, tuple(_Order.counted(*table, vocabulary) for table in tables))

    def probability(self, text_T: npt.NDArray[np.integer]) -> Floats:
        """The probability of each token of a text, T, given as many tokens before it as the order allows."""
        context_T = np.zeros(len(text_T), dtype=np.int64)  # one empty context
        probability_T = np.full(len(text_T), 1 / self.vocabulary)
        for order in self.orders:
            gram_T = order.find(context_T * self.vocabulary + text_T)  # an unseen context has a negative key
            probability_T = order.share[gram_T] + order.left[context_T] * probability_T
            context_T = np.concatenate([[_UNSEEN], gram_T[:-1]])
        return probability_T


def discounts(count_G: Integers) -> Floats:
    """0, D1, D2 and D3+ from the counts of an order's n-grams, all above zero.

    Where one of n1 to n4 is zero, or a discount is not above zero, as on small vocabularies, the formula says nothing:
    1/2, 1 and 3/2 stand in.
    """
    n1, n2, n3, n4 = np.bincount(np.minimum(count_G, 5), minlength=6)[1:5].tolist()
    if n1 and n2 and n3 and n4:
        y = n1 / (n1 + 2 * n2)
        found = np.array([0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])
        if (found[1:] > 0).all():
            return found
    return np.array(_FALLBACK)
