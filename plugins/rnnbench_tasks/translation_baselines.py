"""What a translation must beat: one sentence for all, the source itself, a dictionary, and IBM model 1."""

from __future__ import annotations

import itertools
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from sacrebleu.metrics import BLEU

from rnnbench import Arrays, Baseline, Columns, Encoding, Floats, Integers, Task, row_lengths, unpack_texts
from rnnbench_tasks.baselines import ibm1
from rnnbench_tasks.sentences import EOS, Lexicon

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_SAMPLE = 400  # training targets that a candidate is scored against
_CANDIDATES = 40  # of each kind


def target_nll(encoding: Encoding, training: Arrays, data: Arrays) -> Floats:
    """The nats of each row's target tokens by their add-one smoothed frequency in the training targets."""
    counts_V = np.bincount(training["target"], minlength=Lexicon(encoding["target"]).size) + 1.0
    token_nll = np.log(counts_V.sum()) - np.log(counts_V[data["target"]])
    return np.asarray(np.add.reduceat(token_nll, data["target_starts"][:-1]))


def constant_sentence(targets: Sequence[str]) -> str:
    """The training target that scores most BLEU as the answer to all of them, as far as a sample tells.

    Candidates are the commonest targets and those whose bigrams are shared by most of the sample.
    """
    sample = [targets[number] for number in np.linspace(0, len(targets) - 1, min(_SAMPLE, len(targets)), dtype=int)]
    shared = Counter(bigram for text in sample for bigram in _bigrams(text))
    central = sorted(dict.fromkeys(sample), key=lambda text: -_mean([shared[bigram] for bigram in _bigrams(text)]))
    common = [text for text, _ in Counter(targets).most_common(_CANDIDATES)]
    candidates: list[str] = list(dict.fromkeys([*common, *central[:_CANDIDATES]]))
    bleu = BLEU(force=True, references=[sample])
    return max(candidates, key=lambda answer: float(bleu.corpus_score([answer] * len(sample), None).score))


def _constant(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    answer = constant_sentence(unpack_texts(training, "target_text"))
    return _columns(encoding, training, test, [answer] * (len(test["target_starts"]) - 1))


def _copy(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    return _columns(encoding, training, test, unpack_texts(test, "source_text"))


def _dictionary(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    candidates = _candidates(encoding, training)
    return _translated(encoding, training, test, partial(ibm1.word_by_word, candidates))


def _ibm1(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    candidates = _candidates(encoding, training)
    bigrams = ibm1.Bigrams(_ragged(training, "target"), Lexicon(encoding["target"]).size)
    return _translated(encoding, training, test, partial(ibm1.decode, candidates, bigrams, end=EOS))


CONSTANT = Baseline("constant", "the training target that suits all sentences best, always", _constant, True)
COPY = Baseline("copy", "the source sentence itself", _copy)
DICTIONARY = Baseline(
    "dictionary", "each source word's most frequent partner in IBM model 1, in its order", _dictionary
)
IBM_1 = Baseline("ibm-1", "IBM model 1 with a bigram model of the target, in the order of the source", _ibm1)


def _candidates(encoding: Encoding, training: Arrays) -> ibm1.Candidates:
    table, _ = ibm1.train(_ragged(training, "source"), _ragged(training, "target"))
    return ibm1.Candidates.best(table, Lexicon(encoding["source"]).size, EOS)


def _ragged(data: Arrays, name: str) -> ibm1.Ragged:
    return ibm1.Ragged(data[name], data[f"{name}_starts"], EOS)


def _translated(
    encoding: Encoding, training: Arrays, test: Arrays, translate: Callable[[Integers], list[int]]
) -> Columns:
    lexicon = Lexicon(encoding["target"])
    sentences = itertools.pairwise(test["source_starts"].tolist())
    sources = (test["source"][first : last - 1] for first, last in sentences)
    return _columns(encoding, training, test, [lexicon.text(translate(source_T)) for source_T in sources])


def _columns(encoding: Encoding, training: Arrays, test: Arrays, hypotheses: list[str]) -> Columns:
    """None of them gives the probability of a reference: the unigram's stand in."""
    return {
        "hypothesis": hypotheses,
        "reference": unpack_texts(test, "target_text"),
        "nll": target_nll(encoding, training, test).tolist(),
        "tokens": row_lengths(test, "target").tolist(),
    }


def _bigrams(text: str) -> set[tuple[str, str]]:
    words = text.split()
    return set(itertools.pairwise(words))


def _mean(counts: Sequence[int]) -> float:
    return sum(counts) / len(counts) if counts else 0.0
