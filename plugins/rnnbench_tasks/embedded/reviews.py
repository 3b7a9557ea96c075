"""Short reviews whose words do not tell what they say: negation, contrast, concession and degree.

::

    the nomik was really fekodish but the lerik felt not vaful fofat bikedish   -> positive
              what stands before ``but`` is void; ``bikedish`` blames, flipped by ``not``

A clause says something of a topic with one sentiment word, strong or weak, praising or blaming. A negator flips it, an
intensifier doubles it. Clauses add up; ``but`` discards all before it, and a clause behind ``though`` does not count.
The label is the sign of the sum, except that a share of the labels is flipped at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from rnnbench import LabelledText, Row, Split
from rnnbench_tasks.embedded.generated import Generated, require
from rnnbench_tasks.embedded.lexicon import Urn, draw, stems, urn, zipf

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np

NEGATIVE, POSITIVE = "negative", "positive"
NEGATORS = ("not", "never", "hardly")
INTENSIFIERS = ("very", "really", "extremely", "utterly")
COPULAS = ("was", "seemed", "felt", "looked", "sounded")
DISCARD, CONCEDE, ADD = "but", "though", "and"
TOPICS, SENTIMENTS, FILLERS = 60, 120, 100
"""Numbers of topics, of praising and of blaming words each, and of words that mean nothing here."""
STRONG = 3
"""Every third sentiment word counts double."""


@dataclass(frozen=True, kw_only=True)
class Reviews(Generated):
    """Reviews of one to four clauses; the accuracy of a reader who knows the rules is known.

    ``negation`` is the share of negated clauses, ``contrast`` the share of joints between clauses that are ``but`` or
    ``though``: at 0 and 0 the words alone decide. ``distance`` is the largest number of idle words between a negator
    and what it flips. ``noise`` is the share of flipped labels.
    """

    name: ClassVar[str] = "reviews"
    rows: ClassVar[type] = LabelledText
    description: ClassVar[str] = "Reviews with negation, contrast and label noise"

    train_rows: int = 8_000
    negation: float = 0.3
    contrast: float = 0.6
    distance: int = 3
    noise: float = 0.05

    def __post_init__(self) -> None:
        super().__post_init__()
        for field in ("negation", "contrast"):
            require(0 <= getattr(self, field) <= 1, field, getattr(self, field), "0 to 1")
        require(0 <= self.noise < 0.5, "noise", self.noise, "0 to less than 0.5")
        require(0 <= self.distance <= 8, "distance", self.distance, "0 to 8")

    def load(self, split: Split, folder: Path | None) -> Sequence[LabelledText]:
        """The labelled reviews of a split."""
        random = self.random(split)
        return [self._review(random) for _ in range(self.size(split))]

    def optimum(self, rows: Sequence[Row]) -> dict[str, float]:
        """The accuracy, in percent, of the label without noise: no reader knows which labels were flipped."""
        right = [label(read(row.text)) == row.label for row in rows if isinstance(row, LabelledText)]
        return {"accuracy": 100 * sum(right) / len(right)}

    def _review(self, random: np.random.Generator) -> LabelledText:
        score = 0
        while score == 0:  # a review that says nothing is written anew
            text, score = self._draft(random)
        return LabelledText(text, label(-score if random.random() < self.noise else score))

    def _draft(self, random: np.random.Generator) -> tuple[str, int]:
        """A review and its score, kept beside the words as they are written."""
        words, score = self._clause(random)
        for _ in range(int(draw(lexicon().joints, random))):
            joint = ADD
            if random.random() < self.contrast:
                joint = DISCARD if random.random() < 0.5 else CONCEDE
            more, value = self._clause(random)
            words += [joint, *more]
            score = {ADD: score + value, DISCARD: value, CONCEDE: score}[joint]
        return " ".join(words), score

    def _clause(self, random: np.random.Generator) -> tuple[list[str], int]:
        """The words of a clause and its value."""
        urns = lexicon()
        words, sign, weight = ["the", draw(urns.topics, random), draw(urns.copulas, random)], 1, 1
        if random.random() < self.negation:
            words.append(draw(urns.negators, random))
            words += [draw(urns.fillers, random) for _ in range(int(random.random() * (self.distance + 1)))]
            sign = -1
        if random.random() < 0.25:
            words.append(draw(urns.intensifiers, random))
            weight = 2
        sentiment = draw(urns.sentiments, random)
        words.append(sentiment)
        words += [draw(urns.fillers, random) for _ in range(int(random.random() * 3))]
        return words, sign * weight * urns.values[sentiment]


@dataclass(frozen=True)
class Lexicon:
    """The words of reviews by what they do; ``values`` are the sentiment words' signed strengths."""

    topics: Urn
    copulas: Urn
    negators: Urn
    intensifiers: Urn
    fillers: Urn
    sentiments: Urn
    joints: Urn
    values: Mapping[str, int]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon: the same for all reviews. Praise and blame are equally frequent, rank by rank."""
    source = stems("reviews")
    topics, fillers = list(islice(source, TOPICS)), list(islice(source, FILLERS))
    values = {
        f"{next(source)}ish": sign * (2 if rank % STRONG == STRONG - 1 else 1)
        for rank in range(SENTIMENTS)
        for sign in (1, -1)
    }
    halves = [p / 2 for p in zipf(SENTIMENTS) for _ in range(2)]
    return Lexicon(
        topics=urn(topics),
        copulas=urn(COPULAS),
        negators=urn(NEGATORS),
        intensifiers=urn(INTENSIFIERS),
        fillers=urn(fillers),
        sentiments=urn(list(values), halves),
        joints=urn(["0", "1", "2", "3"], [0.1, 0.4, 0.35, 0.15]),
        values=values,
    )


def read(text: str) -> int:
    """The score of a review from its words alone: above zero it praises."""
    values = lexicon().values
    score, sign, weight, counts = 0, 1, 1, True
    for word in text.split():
        if word in (DISCARD, CONCEDE, ADD):
            score, counts = (0 if word == DISCARD else score), word != CONCEDE
        elif word in NEGATORS:
            sign = -sign
        elif word in INTENSIFIERS:
            weight = 2
        elif word in values:
            score += sign * weight * values[word] * counts
            sign, weight = 1, 1
    return score


def label(score: int) -> str:
    """The class of a score that is not zero."""
    return POSITIVE if score > 0 else NEGATIVE
