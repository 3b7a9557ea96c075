"""Made-up words, and draws from lists of them with Zipf's frequencies."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate, product
from typing import TYPE_CHECKING

import numpy as np

from rnnbench import stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CONSONANTS = "bdfgklmnprtvz"
VOWELS = "aeiou"


def stems(*name: str) -> Iterator[str]:
    """Distinct made-up stems of five letters, such as ``tamok``, in an order drawn from the name."""
    syllables = ["".join(letters) for letters in product(CONSONANTS, VOWELS, CONSONANTS, VOWELS, CONSONANTS)]
    order = np.random.Generator(np.random.PCG64(stream("rnnbench", "stems", *name))).permutation(len(syllables))
    return (syllables[index] for index in order.tolist())


def zipf(count: int, exponent: float = 1.0) -> list[float]:
    """Probabilities proportional to ``rank ** -exponent`` (Zipf 1949)."""
    weights = [rank**-exponent for rank in range(1, count + 1)]
    return [weight / sum(weights) for weight in weights]


@dataclass(frozen=True)
class Urn:
    """What :func:`draw` draws from: items and the boundaries between them on the unit interval."""

    items: tuple[str, ...]
    boundaries: tuple[float, ...]


def urn(items: Sequence[str], probabilities: Sequence[float] | None = None) -> Urn:
    """An urn of items with the given probabilities, or with Zipf's in the order of the items."""
    probabilities = zipf(len(items)) if probabilities is None else probabilities
    return Urn(tuple(items), tuple(accumulate(probabilities))[:-1])


def draw(source: Urn, random: np.random.Generator) -> str:
    """One item."""
    return source.items[bisect(source.boundaries, random.random())]
