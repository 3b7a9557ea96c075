"""Translation by a synchronous grammar: one tree, written down in two languages that order and inflect it differently.

::

    the kegugy rogul that limades the zabans vepabes kofok the vifums zebuf
    namam zup pipabin ratedande giv ropat finana logim vip kabanin zubetat
    zebuf the zabans  limades   the rogul kegugy kofok the vifums  vepabes

The source is subject - verb - object - place - time, with adjectives before and relative clauses behind their noun. The
target is time - subject - place - object - verb, with adjectives behind and relative clauses before their article, and
themselves verb-final. Target articles and adjectives agree with the class of the noun, which the source does not show,
and verbs with the number of their subject. Each source sentence has one right translation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from typing import TYPE_CHECKING, ClassVar

from rnnbench import Row, SentencePair, Split
from rnnbench_tasks.embedded.generated import Generated, require
from rnnbench_tasks.embedded.lexicon import Urn, draw, stems, urn, zipf

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

NOUNS, ADJECTIVES, VERBS, PREPOSITIONS, TIMES = 60, 24, 36, 6, 10
DETERMINERS = ("the", "a", "some")
CLASSES = 3
RELATIVE = "that"
ZIPF = 0.7
"""The exponent of the words' frequencies: low enough for rare words to be seen often enough to be learned."""


@dataclass(frozen=True)
class NounPhrase:
    """A thing; all words are source words, ``noun`` without its number."""

    determiner: str
    noun: str
    plural: bool
    adjective: str | None = None
    relative: tuple[str, NounPhrase] | None = None
    """What it does to another: a verb and its object."""


@dataclass(frozen=True)
class Clause:
    """Who does what to whom, where and when."""

    subject: NounPhrase
    verb: str
    object: NounPhrase | None
    place: tuple[str, NounPhrase] | None
    time: str | None


@dataclass(frozen=True, kw_only=True)
class SynchronousGrammar(Generated):
    """Sentence pairs of 5 to about 12 words; the right translation is known, so the optimal BLEU is 100.

    ``depth`` bounds how relative clauses nest (0: none) and ``modifiers`` is how often a noun has an adjective or a
    subject a relative clause, or a clause a place or a time: both lengthen sentences and reorderings and leave the
    vocabulary as it is.
    """

    name: ClassVar[str] = "synchronous-grammar"
    rows: ClassVar[type] = SentencePair
    description: ClassVar[str] = "Sentence pairs of a synchronous grammar with reordering and agreement"

    train_rows: int = 12_000
    validation_rows: int = 500
    test_rows: int = 1_000
    depth: int = 1
    modifiers: float = 0.25

    def __post_init__(self) -> None:
        super().__post_init__()
        require(0 <= self.depth <= 3, "depth", self.depth, "0 to 3")
        require(0 <= self.modifiers <= 1, "modifiers", self.modifiers, "0 to 1")

    def load(self, split: Split, folder: Path | None) -> Sequence[SentencePair]:
        """The sentence pairs of a split."""
        random = self.random(split)
        return [write(self._clause(random)) for _ in range(self.size(split))]

    def optimum(self, rows: Sequence[Row]) -> dict[str, float]:
        """BLEU 100: a source sentence determines its translation."""
        return {"bleu": 100.0}

    def _clause(self, random: np.random.Generator) -> Clause:
        words = lexicon()
        subject = self._noun_phrase(random, self.depth)
        verb = draw(words.verbs, random)
        patient = self._noun_phrase(random, 0) if random.random() < 0.75 else None
        place = None
        if patient is None or random.random() < self.modifiers:
            place = (draw(words.prepositions, random), self._noun_phrase(random, 0))
        time = draw(words.times, random) if random.random() < self.modifiers else None
        return Clause(subject, verb, patient, place, time)

    def _noun_phrase(self, random: np.random.Generator, depth: int) -> NounPhrase:
        """A noun phrase with relative clauses nested at most ``depth`` deep."""
        words = lexicon()
        return NounPhrase(
            determiner=draw(words.determiners, random),
            noun=draw(words.nouns, random),
            plural=random.random() < 0.4,
            adjective=draw(words.adjectives, random) if random.random() < self.modifiers else None,
            relative=(draw(words.verbs, random), self._noun_phrase(random, depth - 1))
            if depth and random.random() < self.modifiers
            else None,
        )


@dataclass(frozen=True)
class Lexicon:
    """Source words to draw, and what each is in the target.

    ``target`` holds stems of nouns, adjectives and verbs, and whole words otherwise; ``articles`` are by determiner,
    class and number.
    """

    determiners: Urn
    nouns: Urn
    adjectives: Urn
    verbs: Urn
    prepositions: Urn
    times: Urn
    classes: Mapping[str, int]
    target: Mapping[str, str]
    articles: Mapping[tuple[str, int, bool], str]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The two languages' words: the same for all sentences."""
    source, target = stems("synchronous-grammar", "source"), stems("synchronous-grammar", "target")
    nouns = list(islice(source, NOUNS))
    adjectives = [f"{stem}y" for stem in islice(source, ADJECTIVES)]
    verbs = list(islice(source, VERBS))
    prepositions = list(islice(source, PREPOSITIONS))
    times = list(islice(source, TIMES))
    forms = product(DETERMINERS, range(CLASSES), (False, True))
    return Lexicon(
        determiners=urn(DETERMINERS),
        nouns=urn(nouns, zipf(NOUNS, ZIPF)),
        adjectives=urn(adjectives, zipf(ADJECTIVES, ZIPF)),
        verbs=urn(verbs, zipf(VERBS, ZIPF)),
        prepositions=urn(prepositions, zipf(PREPOSITIONS, ZIPF)),
        times=urn(times, zipf(TIMES, ZIPF)),
        classes={noun: rank % CLASSES for rank, noun in enumerate(nouns)},
        target=dict(zip([*nouns, *adjectives, *verbs, *prepositions, *times], target, strict=False)),
        articles=dict(zip(forms, (stem[:3] for stem in stems("synchronous-grammar", "articles")), strict=False)),
    )


def write(clause: Clause) -> SentencePair:
    """A clause in both languages."""
    return SentencePair(" ".join(source_clause(clause)), " ".join(target_clause(clause)))


def source_clause(clause: Clause) -> list[str]:
    """Subject, verb, object, place, time."""
    words = [*source_noun_phrase(clause.subject), source_verb(clause.verb, clause.subject)]
    if clause.object:
        words += source_noun_phrase(clause.object)
    if clause.place:
        words += [clause.place[0], *source_noun_phrase(clause.place[1])]
    return [*words, clause.time] if clause.time else words


def source_noun_phrase(phrase: NounPhrase) -> list[str]:
    """Determiner, adjective, noun, relative clause."""
    words = [phrase.determiner, *([phrase.adjective] if phrase.adjective else [])]
    words.append(phrase.noun + ("s" if phrase.plural else ""))
    if phrase.relative:
        verb, patient = phrase.relative
        words += [RELATIVE, source_verb(verb, phrase), *source_noun_phrase(patient)]
    return words


def source_verb(verb: str, subject: NounPhrase) -> str:
    """The verb with its number."""
    return verb + ("" if subject.plural else "es")


def target_clause(clause: Clause) -> list[str]:
    """Time, subject, place, object, verb."""
    target = lexicon().target
    words = [target[clause.time]] if clause.time else []
    words += target_noun_phrase(clause.subject)
    if clause.place:
        words += [target[clause.place[0]], *target_noun_phrase(clause.place[1])]
    if clause.object:
        words += target_noun_phrase(clause.object)
    return [*words, target[clause.verb] + ("on" if clause.subject.plural else "at")]


def target_noun_phrase(phrase: NounPhrase) -> list[str]:
    """Relative clause with its verb at the end, article, noun, adjective."""
    words, kind = lexicon(), lexicon().classes[phrase.noun]
    before = []
    if phrase.relative:
        verb, patient = phrase.relative
        before = [*target_noun_phrase(patient), words.target[verb] + ("onde" if phrase.plural else "ande")]
    article = words.articles[phrase.determiner, kind, phrase.plural]
    after = [words.target[phrase.adjective] + "aou"[kind]] if phrase.adjective else []
    return [*before, article, words.target[phrase.noun] + ("in" if phrase.plural else ""), *after]
