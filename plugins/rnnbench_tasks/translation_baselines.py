"""What a translation must beat: one sentence for every source, and the source itself."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from sacrebleu.metrics import BLEU

from rnnbench import Arrays, Baseline, Columns, Encoding, Task
from rnnbench_tasks.batching import lengths, texts
from rnnbench_tasks.sentences import Lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = npt.NDArray[np.float64]

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


def _constant(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:  # noqa: ARG001
    answer = constant_sentence(texts(training, "target_text"))
    return _columns(encoding, training, test, [answer] * (len(test["target_starts"]) - 1))


def _copy(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:  # noqa: ARG001
    return _columns(encoding, training, test, texts(test, "source_text"))


CONSTANT = Baseline("constant", "the training target that suits all sentences best, always", _constant, True)
COPY = Baseline("copy", "the source sentence itself", _copy)


def _columns(encoding: Encoding, training: Arrays, test: Arrays, hypotheses: list[str]) -> Columns:
    """Neither baseline gives probabilities: the unigram's stand in."""
    return {
        "hypothesis": hypotheses,
        "reference": texts(test, "target_text"),
        "nll": target_nll(encoding, training, test).tolist(),
        "tokens": lengths(test, "target").tolist(),
    }


def _bigrams(text: str) -> set[tuple[str, str]]:
    words = text.split()
    return set(itertools.pairwise(words))


def _mean(counts: Sequence[int]) -> float:
    return sum(counts) / len(counts) if counts else 0.0
