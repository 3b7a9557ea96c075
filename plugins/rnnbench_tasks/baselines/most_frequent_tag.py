"""Each word by itself: the tag that it has most often, whatever stands around it.

Shapes: N tokens, V words of the vocabulary, K tags.
"""

from __future__ import annotations

import numpy as np

from rnnbench import Floats, Integers


def tag_frequencies(tag_N: Integers, tags: int) -> Floats:
    """The share of each tag, K."""
    return np.bincount(tag_N, minlength=tags) / len(tag_N)


def tags_of_words(word_N: Integers, tag_N: Integers, words: int, tags: int) -> Floats:
    """p(tag | word), V x K, from the tokens of the training rows.

    One more token of each word is shared out by the tags' frequencies: a word that never occurs is tagged as the
    commonest tag, ties go to the commoner one, and no tag is impossible. The rare words that a vocabulary leaves out
    are together one word, and its tags those of rare words.
    """
    pairs = np.bincount(word_N.astype(np.int64) * tags + tag_N, minlength=words * tags)
    counts_VK = pairs.reshape(words, tags) + tag_frequencies(tag_N, tags)
    return np.asarray(counts_VK / counts_VK.sum(axis=1, keepdims=True))
