"""The likelihood of text and music, by the unit that it is shared among. ``nll`` is in nats."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.contract.metrics import Metric, RatioOfSums, mean_metric

if TYPE_CHECKING:
    from rnnbench.contract.arrays import Floats
    from rnnbench.contract.metrics import Bounds


def _bounds(unit: str) -> Bounds:
    return {"nll": (0, math.inf), unit: (0, math.inf)}


def _perplexity(name: str, unit: str, per: str, description: str) -> Metric:
    mean = RatioOfSums("nll", unit)
    return Metric(
        name,
        "min",
        unit=per,
        low=1.0,
        ratio=True,
        columns={"nll": "float64", unit: "int64"},
        statistics=mean.statistics,
        log_values=mean.values,
        identifies=unit,
        bounds=_bounds(unit),
        description=description,
    )


@dataclass(frozen=True)
class _Bits(RatioOfSums):
    """In bits, where ``total`` is in nats."""

    def values(self, sums_NK: Floats) -> Floats:
        return np.asarray(sums_NK[:, 0] / np.log(2) / sums_NK[:, 1])


PERPLEXITY = _perplexity(
    "perplexity",
    "words",
    "per word",
    "exp(sum of nll / words). A line end counts as a word, so units of any size are comparable.",
)
CHARACTER_PERPLEXITY = _perplexity(
    "character-perplexity",
    "tokens",
    "per character",
    "exp(sum of nll / characters), where every token is a character or a line end.",
)
BITS_PER_BYTE = Metric(
    "bits-per-byte",
    "min",
    unit="bits",
    columns={"nll": "float64", "bytes": "int64"},
    statistics=_Bits("nll", "bytes").statistics,
    values=_Bits("nll", "bytes").values,
    identifies="bytes",
    bounds=_bounds("bytes"),
    description="Sum of nll in bits / UTF-8 bytes of the text, line ends included: free of any tokenisation.",
)
FRAME_NLL = mean_metric(
    "nll-per-frame",
    "min",
    "nll",
    "frames",
    unit="nats",
    bounds=_bounds("frames"),
    description="Sum of nll / frames: all keys of a frame together, all frames of all pieces alike.",
)
