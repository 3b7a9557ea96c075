"""Probabilistic grammars: the parser against enumeration and against the inside algorithm."""

import math
from collections import Counter

import numpy as np
import pytest
from derivations import derivations, inside

from rnnbench_tasks.embedded.grammar import Grammar

SMALL = {
    "s": {("open", "s2", "close", "tail"): 0.3, ("noun", "tail"): 0.7},
    "s2": {("noun", "tail"): 1.0},
    "open": {("if",): 1.0},
    "close": {("then",): 0.25, ("else",): 0.75},
    "noun": {("cat", "rel"): 0.6, ("dog", "rel"): 0.4},
    "rel": {(): 0.5, ("that", "tail"): 0.5},
    "tail": {("runs", "manner"): 0.8, ("sleeps",): 0.2},
    "manner": {(): 0.9, ("away",): 0.1},
}


def test_sentences_have_one_derivation_each_and_their_probabilities_sum_to_one():
    sentences = list(derivations(SMALL, ("s",)))
    assert len(sentences) == 168
    assert math.fsum(p for p, _ in sentences) == pytest.approx(1, abs=1e-12)
    assert len({words for _, words in sentences}) == len(sentences)


def test_the_likelihood_of_each_sentence_is_that_of_its_derivation():
    grammar = Grammar("s", SMALL)
    for p, words in derivations(SMALL, ("s",)):
        assert grammar.log_likelihood(words) == pytest.approx(math.log(p), abs=1e-12)
        assert inside(grammar, words) == pytest.approx(p, rel=1e-12)


def test_samples_have_the_probabilities_that_the_likelihood_says():
    grammar, random = Grammar("s", SMALL), np.random.Generator(np.random.PCG64(0))
    draws = 20_000
    counts = Counter(tuple(grammar.sample(random)) for _ in range(draws))
    frequent = [(p, words) for p, words in derivations(SMALL, ("s",)) if p > 0.01]
    assert len(frequent) > 10
    for p, words in frequent:
        assert counts[words] / draws == pytest.approx(p, abs=4.5 * math.sqrt(p / draws))


@pytest.mark.parametrize("text", ["", "cat", "cat runs then runs", "if cat runs", "cat runs away away", "bird runs"])
def test_what_is_no_sentence_has_no_probability(text):
    assert Grammar("s", SMALL).log_likelihood(text.split()) == -math.inf


def test_a_grammar_that_a_word_of_lookahead_cannot_parse_is_refused():
    with pytest.raises(ValueError, match="two right-hand sides of 's' can begin with 'a'"):
        Grammar("s", {"s": {("a", "b"): 0.5, ("a", "c"): 0.5}})
    with pytest.raises(ValueError, match="two right-hand sides of 'maybe' can begin with 'a'"):
        Grammar("s", {"s": {("maybe", "a"): 1.0}, "maybe": {("a",): 0.5, (): 0.5}})


def test_probabilities_that_do_not_sum_to_one_are_refused():
    with pytest.raises(ValueError, match=r"the probabilities of 's' sum to 0\.9"):
        Grammar("s", {"s": {("a",): 0.5, ("b",): 0.4}})
