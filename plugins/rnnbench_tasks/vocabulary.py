"""Closed vocabularies, chosen on training rows alone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UNKNOWN = "<unk>"


def normalised(text: str) -> str:
    """The text with single blanks between words and none around them."""
    return " ".join(text.split())


def chosen(tokens: Iterable[str], specials: Sequence[str], size: int | None, minimum_count: int) -> list[str]:
    """The specials, then the commonest tokens, ties in alphabetical order.

    Args:
        tokens: all tokens of the training rows.
        specials: come first, in this order, whether they occur or not.
        size: how many entries at most, specials included; None for no limit.
        minimum_count: how often a token must occur.
    """
    counts = Counter(tokens)
    common = sorted(
        (token for token, count in counts.items() if count >= minimum_count and token not in specials),
        key=lambda token: (-counts[token], token),
    )
    return [*specials, *common][:size]


def index(vocabulary: Sequence[str]) -> dict[str, int]:
    """The number of each entry."""
    return {token: number for number, token in enumerate(vocabulary)}
