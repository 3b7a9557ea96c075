"""The equivalence margin of the verdict."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rnnbench.suite.base import Shape


class Margin(Shape):
    """How much worse than the model with attention the recurrent one may be and still be enough; runs do not use it.

    ``relative`` is a share of the score of the model with attention: of a perplexity, of a mean squared error.
    ``points`` are those of metrics that count to a hundred: accuracy in per cent, BLEU.
    """

    relative: Annotated[float, Field(ge=0, le=1)] = 0.01
    points: Annotated[float, Field(ge=0, le=100)] = 0.5
