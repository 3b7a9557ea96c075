"""Closed vocabularies, fitted on training rows alone and kept in an encoding as a list of tokens."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PADDING = "<pad>"
"""The token behind the end of a row; the first of a vocabulary, so that its id is 0."""

UNKNOWN = "<unk>"
"""The token that stands for all that a vocabulary does not hold."""


def normalised(text: str) -> str:
    """The text with single blanks between words and none around them."""
    return " ".join(text.split())


def fit_vocabulary(
    tokens: Iterable[str],
    size: int | None = None,
    minimum_count: int = 1,
    specials: Sequence[str] = (PADDING, UNKNOWN),
) -> list[str]:
    """The specials, then the commonest tokens, ties in alphabetical order. A token's id is its place.

    Args:
        tokens: all tokens of the training rows.
        size: how many entries at most, specials included; None for no limit.
        minimum_count: how often a token must occur.
        specials: come first, in this order, whether they occur or not.
    """
    counts = Counter(tokens)
    common = sorted(
        (token for token, count in counts.items() if count >= minimum_count and token not in specials),
        key=lambda token: (-counts[token], token),
    )
    return [*specials, *common][:size]


def token_ids(vocabulary: Sequence[str], rows: Iterable[Iterable[str]]) -> list[list[int]]:
    """The ids of each row's tokens; those of tokens that are not in the vocabulary are that of :data:`UNKNOWN`.

    Raises:
        ValueError: the vocabulary has no :data:`UNKNOWN`.
    """
    ids, unknown = index_of(vocabulary), vocabulary.index(UNKNOWN)
    return [[ids.get(token, unknown) for token in row] for row in rows]


def index_of(vocabulary: Sequence[str]) -> dict[str, int]:
    """The id of each entry of a vocabulary, or of each label."""
    return {token: number for number, token in enumerate(vocabulary)}
