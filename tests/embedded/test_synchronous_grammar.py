"""The synchronous grammar: the source alone gives the target, by a translator that knows no trees."""

import numpy as np
import pytest
import sacrebleu

from rnnbench import Split
from rnnbench_tasks.embedded import SynchronousGrammar
from rnnbench_tasks.embedded.synchronous_grammar import DETERMINERS, RELATIVE, lexicon


class Translator:
    """Reads source words from left to right and returns target words: recursive descent."""

    def __init__(self, text):
        self.words = text.split()
        self.lexicon = lexicon()

    def next(self):
        return self.words[0] if self.words else None

    def clause(self):
        subject, plural = self.noun_phrase()
        verb = self.lexicon.target[self.verb(plural)] + ("on" if plural else "at")
        patient = self.noun_phrase()[0] if self.next() in DETERMINERS else []
        place = []
        if self.next() in self.lexicon.prepositions.items:
            place = [self.lexicon.target[self.words.pop(0)], *self.noun_phrase()[0]]
        time = [self.lexicon.target[self.words.pop(0)]] if self.next() in self.lexicon.times.items else []
        assert not self.words
        return " ".join([*time, *subject, *place, *patient, verb])

    def noun_phrase(self):
        determiner = self.words.pop(0)
        adjective = self.words.pop(0) if self.next() in self.lexicon.adjectives.items else None
        noun = self.words.pop(0)
        plural = noun not in self.lexicon.classes
        noun = noun.removesuffix("s") if plural else noun
        kind = self.lexicon.classes[noun]
        relative = []
        if self.next() == RELATIVE:
            self.words.pop(0)
            verb = self.lexicon.target[self.verb(plural)] + ("onde" if plural else "ande")
            relative = [*self.noun_phrase()[0], verb]
        after = [self.lexicon.target[adjective] + "aou"[kind]] if adjective else []
        article = self.lexicon.articles[determiner, kind, plural]
        return [*relative, article, self.lexicon.target[noun] + ("in" if plural else ""), *after], plural

    def verb(self, plural):
        word = self.words.pop(0)
        assert (word in self.lexicon.verbs.items) == plural
        return word if plural else word.removesuffix("es")


@pytest.mark.parametrize("dials", [{}, {"depth": 3, "modifiers": 0.6}, {"depth": 0, "modifiers": 0.0}])
def test_a_translator_that_knows_the_rules_reaches_the_optimum(dials):
    dataset = SynchronousGrammar(**dials)
    rows = dataset.load(Split.TEST, None)
    translations = [Translator(row.source).clause() for row in rows]
    assert translations == [row.target for row in rows]
    score = sacrebleu.corpus_bleu(translations, [[row.target for row in rows]]).score
    assert dataset.optimum(rows) == {"bleu": pytest.approx(score)}


def test_a_written_out_example():
    """Time first, relative clause before its article and verb-final, adjectives behind, the main verb at the end."""
    words = lexicon()
    noun, thing, ground = words.nouns.items[:3]
    adjective, (see, love) = words.adjectives.items[0], words.verbs.items[:2]
    near, now, target = words.prepositions.items[0], words.times.items[0], words.target
    source = f"the {adjective} {noun}s that {see} a {thing} {love} some {thing} {near} the {ground} {now}"
    expected = [
        target[now],
        *(words.articles["a", 1, False], target[thing], target[see] + "onde"),
        *(words.articles["the", 0, True], target[noun] + "in", target[adjective] + "a"),
        *(target[near], words.articles["the", 2, False], target[ground]),
        *(words.articles["some", 1, False], target[thing]),
        target[love] + "on",
    ]
    assert Translator(source).clause() == " ".join(expected)


def test_copying_the_source_scores_nothing():
    rows = SynchronousGrammar().load(Split.TEST, None)
    words = [{word for row in rows for word in row[side].split()} for side in (0, 1)]
    assert not words[0] & words[1]


def test_the_same_source_has_the_same_target():
    rows = SynchronousGrammar(train_rows=30_000, modifiers=0.0).load(Split.TRAIN, None)
    targets = dict(rows)
    assert len(targets) < len(rows)
    assert all(targets[source] == target for source, target in rows)


def test_forms_that_differ_in_the_grammar_differ_in_writing():
    words = lexicon()
    assert len(set(words.articles.values())) == len(words.articles) == 18
    assert len(set(words.target.values())) == len(words.target)
    source = [*words.determiners.items, *words.nouns.items, *words.adjectives.items, *words.verbs.items]
    source += [*words.prepositions.items, *words.times.items, RELATIVE]
    assert len(set(source)) == len(source)


def test_sentences_are_short_and_dials_lengthen_them():
    rows = SynchronousGrammar().load(Split.TRAIN, None)
    lengths = np.array([len(row.source.split()) for row in rows])
    assert lengths.min() >= 4
    assert np.mean(lengths <= 12) > 0.9
    deeper = SynchronousGrammar(depth=3, modifiers=0.6).load(Split.TRAIN, None)
    assert np.mean([len(row.source.split()) for row in deeper]) > lengths.mean() + 3
