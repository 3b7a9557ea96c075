"""The loss that nobody would mind: what a verdict is held against."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rnnbench.suite.base import Shape


class Margin(Shape):
    """How much worse the recurrent model may be and still be enough; no run depends on it.

    ``relative`` is a share of the score of the model with attention: of a perplexity, of a mean squared error.
    ``points`` are those of metrics that count to a hundred: accuracy in per cent, BLEU.
    """

    relative: Annotated[float, Field(ge=0, le=1)] = 0.01
    points: Annotated[float, Field(ge=0, le=100)] = 0.5
