"""Linear classifiers of bags of words: multinomial naive Bayes and logistic regression, scikit-learn's.

A bag counts the words and the pairs of neighbouring words of a text; those of no training text are left out.

Shapes: R rows (texts), F different words and pairs in the training texts, C classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rnnbench import Floats, Integers, row_lengths

if TYPE_CHECKING:
    from rnnbench import Arrays


_STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
_FOLD = 5


def naive_bayes(training: Arrays, test: Arrays) -> Floats:
    """Log-probabilities of the classes, R x C, by multinomial naive Bayes with add-one smoothing.

    Source: McCallum & Nigam 1998, A Comparison of Event Models for Naive Bayes Text Classification.
    """
    from sklearn.naive_bayes import MultinomialNB  # noqa: PLC0415  heavy, and wanted only here

    training_RF, test_RF = bags(training, test)
    model = MultinomialNB(alpha=1.0).fit(training_RF, training["labels"])
    return np.asarray(model.predict_log_proba(test_RF))


def logistic_regression(training: Arrays, test: Arrays) -> Floats:
    """Log-probabilities of the classes, R x C, by L2-regularised logistic regression on which words and pairs occur.

    Presence stands for counts as in Wang & Manning 2012, Baselines and Bigrams. The regularisation is the one that
    gives held-out training rows most probability; the model is then fitted to all training rows.
    """
    training_RF, test_RF = (bag_RF.sign() for bag_RF in bags(training, test))
    label_R, held_R = training["labels"], held_out(training["labels"])

    def held_out_nll(strength: float) -> float:
        model = _fitted(training_RF[~held_R], label_R[~held_R], strength)
        log_probability_RC = model.predict_log_proba(training_RF[held_R])
        return float(-log_probability_RC[np.arange(held_R.sum()), label_R[held_R]].sum())

    best = min(_STRENGTHS, key=held_out_nll)
    return np.asarray(_fitted(training_RF, label_R, best).predict_log_proba(test_RF))


def held_out(label_R: Integers) -> npt.NDArray[np.bool_]:
    """Which training rows choose the regularisation: of each class every fifth, from the second on.

    The first row of a class is never held out, so that every class is fitted.
    """
    order_R = np.argsort(label_R, kind="stable")
    sizes_C = np.bincount(label_R)
    rank_R = np.arange(len(label_R)) - np.repeat(np.cumsum(sizes_C) - sizes_C, sizes_C)
    held_R = np.empty(len(label_R), dtype=bool)
    held_R[order_R] = rank_R % _FOLD == 1
    return held_R


def bags(training: Arrays, test: Arrays) -> tuple[Any, Any]:
    """The counts of each text's words and pairs: sparse matrices, R x F, a column for each of the training texts."""
    columns_F = np.unique(_ngrams(training)[0])
    return _counts(training, columns_F), _counts(test, columns_F)


def _counts(data: Arrays, columns_F: Integers) -> Any:
    from scipy.sparse import coo_array  # noqa: PLC0415  heavy, and wanted only here

    key_N, row_N = _ngrams(data)
    column_N = np.minimum(np.searchsorted(columns_F, key_N), len(columns_F) - 1)
    known_N = columns_F[column_N] == key_N
    ones_N = np.ones(int(known_N.sum()))
    shape = (len(data["labels"]), len(columns_F))
    return coo_array((ones_N, (row_N[known_N], column_N[known_N])), shape=shape).tocsr()


def _ngrams(data: Arrays) -> tuple[Integers, Integers]:
    """Words and pairs as numbers, and the text of each: a word is its id, a pair has the first id in its upper half."""
    id_N = data["ids"].astype(np.int64)
    row_N = np.repeat(np.arange(len(data["labels"])), row_lengths(data, "ids"))
    pair_N = ((id_N[:-1] + 1) << 32) + id_N[1:]
    inside_N = row_N[:-1] == row_N[1:]
    return np.concatenate([id_N, pair_N[inside_N]]), np.concatenate([row_N, row_N[1:][inside_N]])


def _fitted(bag_RF: Any, label_R: Integers, strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    return LogisticRegression(C=strength, max_iter=1_000).fit(bag_RF, label_R)
