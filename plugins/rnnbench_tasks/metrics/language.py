"""Likelihood of a text, by the unit that it is shared among. ``nll`` is in nats."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from rnnbench import Columns, ItemMetric

Floats = npt.NDArray[np.float64]


class Perplexity(ItemMetric):
    """exp(sum of nll / words). A line end counts as a word, so units of any size are comparable."""

    columns: ClassVar = {"nll": "float64", "words": "int64"}

    @staticmethod
    def statistics(columns: Columns) -> Floats:
        """Per item: nll and words."""
        return _stacked(columns, "nll", "words")

    @staticmethod
    def values(totals_NK: Floats) -> Floats:
        """Perplexity; infinite where it overflows."""
        with np.errstate(over="ignore"):
            return np.exp(totals_NK[:, 0] / totals_NK[:, 1])


class CharacterPerplexity(ItemMetric):
    """exp(sum of nll / characters), where every token is a character or a line end."""

    columns: ClassVar = {"nll": "float64", "tokens": "int64"}

    @staticmethod
    def statistics(columns: Columns) -> Floats:
        """Per item: nll and tokens."""
        return _stacked(columns, "nll", "tokens")

    @staticmethod
    def values(totals_NK: Floats) -> Floats:
        """Perplexity; infinite where it overflows."""
        return Perplexity.values(totals_NK)


class BitsPerByte(ItemMetric):
    """Sum of nll in bits / UTF-8 bytes of the text, line ends included: free of any tokenisation."""

    columns: ClassVar = {"nll": "float64", "bytes": "int64"}

    @staticmethod
    def statistics(columns: Columns) -> Floats:
        """Per item: nll and bytes."""
        return _stacked(columns, "nll", "bytes")

    @staticmethod
    def values(totals_NK: Floats) -> Floats:
        """Bits per byte."""
        return np.asarray(totals_NK[:, 0] / np.log(2) / totals_NK[:, 1])


def _stacked(columns: Columns, *names: str) -> Floats:
    return np.stack([np.asarray(columns[name], dtype=np.float64) for name in names], axis=1)
