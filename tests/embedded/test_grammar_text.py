"""The grammar text: its optimum is exact, nothing beats it, and its dials do what they say."""

import math
from collections import Counter, defaultdict

import numpy as np
import pytest
from derivations import derivations, inside

from rnnbench import Split, TextLine
from rnnbench_tasks.embedded import GrammarText, grammar_text
from rnnbench_tasks.embedded.grammar import Grammar


@pytest.fixture(scope="module")
def train():
    return [row.text.split() for row in GrammarText().load(Split.TRAIN, None)]


@pytest.fixture(scope="module")
def rows():
    return GrammarText().load(Split.TEST, None)


def perplexity(probability, lines):
    """Of a bigram probability of (word before, word), with each line's end a word."""
    total, count = 0.0, 0
    for words in lines:
        for before, word in zip(["<eos>", *words], [*words, "<eos>"], strict=True):
            total -= math.log(probability(before, word))
            count += 1
    return math.exp(total / count)


@pytest.fixture
def tiny(monkeypatch):
    """The same grammar over a handful of words."""
    for name in ("NOUNS", "VERBS", "ADJECTIVES"):
        monkeypatch.setattr(grammar_text, name, 1)
    monkeypatch.setattr(grammar_text, "CLASSES", {"a": 0.7, "b": 0.3})
    monkeypatch.setattr(grammar_text, "OBJECT_CLASS", {"a": "b", "b": "a"})
    for name in ("DETERMINERS", "PREPOSITIONS", "ADVERBS"):
        monkeypatch.setattr(grammar_text, name, getattr(grammar_text, name)[:1])
    monkeypatch.setattr(grammar_text, "PAIRS", {"either": "or"})
    return grammar_text.sentence_grammar.__wrapped__


def test_all_sentences_of_a_tiny_lexicon_sum_to_one_and_have_one_derivation(tiny):
    grammar = tiny(0, 0.35)
    sentences = list(derivations(grammar.rules, (grammar.start,)))
    assert len(sentences) > 50
    assert math.fsum(p for p, _ in sentences) == pytest.approx(1, abs=1e-9)
    assert len({words for _, words in sentences}) == len(sentences)
    assert all(grammar.log_likelihood(words) == pytest.approx(math.log(p)) for p, words in sentences)


def test_all_clauses_with_modifiers_sum_to_one_and_have_one_derivation(tiny):
    rules = tiny(1, 0.35).rules
    grammar = Grammar("subject.1", rules)
    sentences = list(derivations(rules, ("subject.1",)))
    assert len(sentences) > 10_000
    assert math.fsum(p for p, _ in sentences) == pytest.approx(1, abs=1e-9)
    assert len({words for _, words in sentences}) == len(sentences)
    assert all(grammar.log_likelihood(words) == pytest.approx(math.log(p)) for p, words in sentences[::50])


def test_the_likelihood_of_real_sentences_is_that_of_the_inside_algorithm(rows):
    grammar = grammar_text.sentence_grammar(2, 0.35)
    for row in rows[:15]:
        words = row.text.split()
        assert math.exp(grammar.log_likelihood(words)) == pytest.approx(inside(grammar, words), rel=1e-9)


def test_the_optimum_is_the_likelihood_per_word_with_line_ends(rows):
    rows = rows[:3]
    grammar = grammar_text.sentence_grammar(2, 0.35)
    bits = sum(grammar.log_likelihood(row.text.split()) for row in rows)
    count = sum(len(row.text.split()) + 1 for row in rows)
    assert GrammarText().optimum(rows) == {"perplexity": pytest.approx(math.exp(-bits / count), rel=1e-12)}
    assert GrammarText().optimum([TextLine("no sentence of it")]) == {"perplexity": math.inf}


def test_the_optimum_beats_unigrams_by_far_and_bigrams_clearly(train, rows):
    lines = [row.text.split() for row in rows]
    words, pairs = Counter(), defaultdict(Counter)
    for sentence in train:
        for before, word in zip(["<eos>", *sentence], [*sentence, "<eos>"], strict=True):
            words[word] += 1
            pairs[before][word] += 1
    total = sum(words.values())

    def bigram(before, word):
        return (pairs[before][word] + 5 * words[word] / total) / (words[before] + 5)

    optimum = GrammarText().optimum(rows)["perplexity"]
    assert perplexity(lambda _, word: words[word] / total, lines) > 5 * optimum
    assert perplexity(bigram, lines) > 1.5 * optimum


def test_no_grammar_with_other_probabilities_beats_the_optimum(rows):
    grammar = grammar_text.sentence_grammar(2, 0.35)
    lines = [row.text.split() for row in rows]
    optimum = sum(grammar.log_likelihood(words) for words in lines)
    for seed in range(5):
        random = np.random.Generator(np.random.PCG64(seed))
        rules = {}
        for symbol, choices in grammar.rules.items():
            weights = np.array(list(choices.values())) * np.exp(0.3 * random.standard_normal(len(choices)))
            rules[symbol] = dict(zip(choices, (weights / weights.sum()).tolist(), strict=True))
        rival = Grammar(grammar.start, rules)
        assert sum(rival.log_likelihood(words) for words in lines) < optimum


def test_word_frequencies_follow_zipf(train):
    counts = Counter(word for sentence in train for word in sentence)
    nouns = [choice[0] for choice in grammar_text.lexicon()["noun.a1"]]
    ranks = np.log(np.arange(1, len(nouns) + 1))
    slope, _ = np.polyfit(ranks, np.log([counts[noun] for noun in nouns]), 1)
    assert slope == pytest.approx(-1, abs=0.05)
    ordered = np.array(sorted(counts.values(), reverse=True)[:100])
    slope, _ = np.polyfit(np.log(np.arange(1, 101)), np.log(ordered), 1)
    assert -1.5 < slope < -0.7


def test_no_two_categories_share_a_word():
    words = [choice[0] for choices in grammar_text.lexicon().values() for choice in choices if choice]
    closing = [word for pair in grammar_text.PAIRS.items() for word in pair]
    assert len({*words, *closing, "that", "whom"}) == len(words) + len(closing) + 2


def test_opening_words_are_closed_like_brackets(train):
    closing = {word: opening for opening, word in grammar_text.PAIRS.items()}
    deepest = 0
    for sentence in train:
        stack = []
        for word in sentence:
            if word in grammar_text.PAIRS:
                stack.append(word)
                deepest = max(deepest, len(stack))
            elif word in closing:
                assert stack.pop() == closing[word]
        assert not stack
    assert deepest == GrammarText().depth


def kinds():
    """Word -> (category, kind) of nouns, verbs and tags."""
    return {
        choice[0]: tuple(name.split("."))
        for name, choices in grammar_text.lexicon().items()
        for choice in choices
        if choice and "." in name
    }


def test_a_verb_and_a_tag_agree_with_their_subject_over_what_stands_between(train):
    """Read by a stack of subjects that wait for their verb, without the parser."""
    kind_of, distances = kinds(), []
    for sentence in train:
        if set(sentence) & set(grammar_text.PAIRS):
            continue
        waiting, previous, main, expects_subject = [], None, None, True
        for place, word in enumerate(sentence):
            category, kind = kind_of.get(word, (word, None))
            if category == "noun":
                if expects_subject:
                    waiting.append((place, kind))
                    main = main or kind
                expects_subject, previous = False, (place, kind)
            elif category == "whom":
                expects_subject = True
            elif category == "that":
                waiting.append(previous)
            elif category in ("transitive", "intransitive"):
                subject_place, subject = waiting.pop()
                assert kind == subject
                distances.append(place - subject_place)
            elif category == "tag":
                assert kind == main
        assert not waiting
    assert max(distances) > 8


@pytest.mark.parametrize(("dial", "values"), [("depth", (1, 2, 3)), ("embedding", (0.1, 0.35, 0.6))])
def test_dials_lengthen_sentences_and_leave_the_vocabulary(dial, values):
    texts = [GrammarText(train_rows=6_000, **{dial: value}).load(Split.TRAIN, None) for value in values]
    lengths = [np.mean([len(row.text.split()) for row in rows]) for rows in texts]
    assert lengths == sorted(lengths)
    assert lengths[-1] > lengths[0] + 0.5
    vocabulary = {choice[0] for choices in grammar_text.lexicon().values() for choice in choices if choice}
    assert all({word for row in rows for word in row.text.split()} >= vocabulary for rows in texts)


def test_sentences_are_mostly_short(train):
    lengths = np.array([len(sentence) for sentence in train])
    assert 8 < lengths.mean() < 11
    assert np.mean(lengths <= 12) > 0.7
