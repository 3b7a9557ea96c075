"""Text from an unambiguous probabilistic grammar with agreement over a distance.

::

    either every fakidy bodul tilukes some zudot he or the domim tubumes it
    ------              ===== =======            == --     ===== ======= ==
    the namak gapores some dikets whom a namak whom the vorafs gakeren tilukes
            1       1                        2               3       3       2

A verb agrees in number and class with its own subject, over whatever stands between (``namak ... tilukes``); a verb's
class decides the class of its object; an opening word asks for its closing word (``either ... or``); a tag at the end
of a main clause agrees with its subject (``bodul ... he``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from typing import TYPE_CHECKING, ClassVar

from rnnbench import Row, Split, TextLine
from rnnbench_tasks.embedded.generated import Generated, require
from rnnbench_tasks.embedded.grammar import Grammar
from rnnbench_tasks.embedded.lexicon import stems, zipf

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rnnbench_tasks.embedded.grammar import Symbols

    Choices = dict[Symbols, float]

CLASSES = {"a": 0.45, "b": 0.33, "c": 0.22}
NUMBERS = {"1": 0.6, "2": 0.4}
OBJECT_CLASS = {"a": "b", "b": "c", "c": "a"}
"""The class of a verb's object, by the class of its subject."""
PAIRS = {"either": "or", "both": "and", "if": "then", "neither": "nor", "although": "still", "since": "hence"}
DETERMINERS = ("the", "a", "some", "every")
PREPOSITIONS = ("of", "near", "with", "under", "behind", "beside")
ADVERBS = ("now", "often", "here", "again", "seldom", "soon", "there", "twice", "away", "alone")
TAGS = {"a1": "he", "a2": "they", "b1": "she", "b2": "those", "c1": "it", "c2": "these"}
NOUNS, VERBS, ADJECTIVES = 24, 8, 24
"""Nouns and verbs of each kind in a class, and adjectives."""


@dataclass(frozen=True, kw_only=True)
class GrammarText(Generated):
    """Sentences of a bounded-depth grammar, one a line; the perplexity of the grammar itself is known.

    ``depth`` bounds how deep modifiers and paired clauses nest (0: none); ``embedding`` is how often a noun that may be
    modified is. Both lengthen what has to be remembered and leave the words' frequencies much as they are.
    """

    name: ClassVar[str] = "grammar-text"
    rows: ClassVar[type] = TextLine
    description: ClassVar[str] = "Sentences of an unambiguous probabilistic grammar with long-range agreement"

    train_rows: int = 25_000
    depth: int = 2
    embedding: float = 0.35

    def __post_init__(self) -> None:
        super().__post_init__()
        require(0 <= self.depth <= 4, "depth", self.depth, "0 to 4")
        require(0 < self.embedding < 1, "embedding", self.embedding, "more than 0, less than 1")

    def load(self, split: Split, folder: Path | None) -> Sequence[TextLine]:
        """The sentences of a split, one a row."""
        grammar, random = sentence_grammar(self.depth, self.embedding), self.random(split)
        return [TextLine(" ".join(grammar.sample(random))) for _ in range(self.size(split))]

    def optimum(self, rows: Sequence[Row]) -> dict[str, float]:
        """The grammar's own perplexity per word on these lines, each line's end counted as a word."""
        grammar = sentence_grammar(self.depth, self.embedding)
        lines = [row.text.split() for row in rows if isinstance(row, TextLine)]
        log_likelihood = math.fsum(grammar.log_likelihood(words) for words in lines)
        return {"perplexity": math.exp(-log_likelihood / sum(len(words) + 1 for words in lines))}


@lru_cache(maxsize=8)
def sentence_grammar(depth: int, embedding: float) -> Grammar:
    """The grammar of :class:`GrammarText`.

    Nonterminals carry what they must remember: ``tag.a2`` agrees with a noun of class a in the plural,
    ``modifier.1.a2`` follows such a noun and may nest one level deep.
    """
    kinds = {c + n: p * q for (c, p), (n, q) in product(CLASSES.items(), NUMBERS.items())}
    rules = lexicon()
    for d in range(depth + 1):
        rules[f"sentence.{d}"] = sentence(d)
        rules[f"clause.{d}"] = {("determiner", f"subject.{d}"): 1.0}
        rules |= nominal(f"subject.{d}", kinds, d, f"predicate.{d}", "tag")
        rules |= nominal(f"agent.{d}", kinds, d, "transitive")
        rules |= nominal(f"place.{d}", kinds, d)
        for c in CLASSES:
            rules |= nominal(f"patient.{d}.{c}", {c + n: p for n, p in NUMBERS.items()}, d)
        for k in kinds:
            rules[f"modifier.{d}.{k}"] = modifier(k, d, embedding)
            rules[f"predicate.{d}.{k}"] = {
                (f"intransitive.{k}", "manner"): 0.4,
                (f"transitive.{k}", "determiner", f"patient.{d}.{OBJECT_CLASS[k[0]]}"): 0.6,
            }
    return Grammar(f"sentence.{depth}", rules)


def sentence(depth: int) -> Choices:
    """A clause, or two between an opening and its closing word; the first may hold another such pair."""
    clause = f"clause.{depth}"
    if depth == 0:
        return {(clause,): 1.0}
    choices: Choices = {(clause,): 0.8}
    for (opening, closing), p in zip(PAIRS.items(), zipf(len(PAIRS)), strict=True):
        choices[opening, f"sentence.{depth - 1}", closing, "clause.0"] = 0.2 * p
    return choices


def modifier(kind: str, depth: int, embedding: float) -> Choices:
    """What follows a noun of a kind: nothing, a prepositional phrase, or a subject or object relative clause."""
    if depth == 0:
        return {(): 1.0}
    return {
        (): 1 - embedding,
        ("preposition", "determiner", f"place.{depth - 1}"): 0.4 * embedding,
        ("that", f"predicate.{depth - 1}.{kind}"): 0.3 * embedding,
        ("whom", "determiner", f"agent.{depth - 1}"): 0.3 * embedding,
    }


def nominal(name: str, kinds: Mapping[str, float], depth: int, *after: str) -> dict[str, Choices]:
    """Rules for a noun of one of these kinds and its modifier, with an adjective before it in a quarter of cases.

    ``after`` are the parts that come next and agree with the noun.
    """
    bare: Choices = {
        (f"noun.{k}", f"modifier.{depth}.{k}", *(f"{part}.{k}" for part in after)): p for k, p in kinds.items()
    }
    rest = f"{name}.bare"
    return {name: {("adjective", rest): 0.25} | {choice: 0.75 * p for choice, p in bare.items()}, rest: bare}


def lexicon() -> dict[str, Choices]:
    """The rules that end in words; nouns and verbs have an ending for their number."""
    source = stems("grammar-text")
    rules = {
        "determiner": words(DETERMINERS),
        "preposition": words(PREPOSITIONS),
        "adjective": words([f"{stem}y" for stem in islice(source, ADJECTIVES)]),
        "manner": {(): 0.6} | {choice: 0.4 * p for choice, p in words(ADVERBS).items()},
    }
    for c in CLASSES:
        kinds = {
            kind: list(islice(source, count)) for kind, count in (("noun", NOUNS), ("in", VERBS), ("trans", VERBS))
        }
        for n, (noun_ending, verb_ending) in {"1": ("", "es"), "2": ("s", "en")}.items():
            rules[f"noun.{c}{n}"] = words([stem + noun_ending for stem in kinds["noun"]])
            rules[f"intransitive.{c}{n}"] = words([stem + verb_ending for stem in kinds["in"]])
            rules[f"transitive.{c}{n}"] = words([stem + verb_ending for stem in kinds["trans"]])
            rules[f"tag.{c}{n}"] = {(): 0.6, (TAGS[c + n],): 0.4}
    return rules


def words(items: Sequence[str]) -> Choices:
    """One word of a list, with Zipf's frequencies."""
    return {(item,): p for item, p in zip(items, zipf(len(items)), strict=True)}
