"""Output type of language modelling: the next token at every step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from torch import nn

from rnnbench.contract.ends import OutputEnd, OutputType
from rnnbench.contract.models import Role
from rnnbench.network.readout import Readout
from rnnbench.network.rows import column, even_log_probability

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from rnnbench.contract.batches import Batch, Columns
    from rnnbench.contract.ends import State


@dataclass(frozen=True)
class NextToken(OutputType):
    """Targets B x T (int64); -100 is not scored.

    ``tied`` shares the readout's weight with the table of the input type ``Tokens`` (Press and Wolf 2017).
    Scores ``log_probability``: the natural logarithm, B x T float64, 0 where there is no target.
    """

    roles: ClassVar[frozenset[Role]] = frozenset({Role.CAUSAL})

    vocabulary: int
    tied: bool = False

    def perfect(self, batch: Batch) -> Mapping[str, Any]:
        """Probability one for each target."""
        return {"log_probability": np.zeros(tuple(batch.targets.shape))}

    def blind(self, batch: Batch) -> Mapping[str, Any]:
        """Equal probabilities for the whole vocabulary."""
        return {"log_probability": even_log_probability(batch.targets, self.vocabulary)}

    def build(self, width: int, inputs: nn.Module) -> NextTokenEnd:
        """The readout E -> V.

        Raises:
            TypeError: tied, and the input end is no table of tokens.
        """
        if not self.tied:
            return NextTokenEnd(Readout(width, self.vocabulary))
        if not isinstance(inputs, nn.Embedding):
            raise TypeError(f"a tied readout shares the table of Tokens, but the inputs are {type(inputs).__name__}")
        return NextTokenEnd(Readout(width, self.vocabulary, inputs))


class NextTokenEnd(OutputEnd):
    """See :class:`NextToken`."""

    def __init__(self, readout: Readout) -> None:
        super().__init__()
        self.readout = readout

    def loss(
        self, body: nn.Module, x_BTE: Tensor, batch: Batch, state: State, smoothing: float = 0.0
    ) -> tuple[Tensor, int, State]:
        """Cross entropy in nats."""
        y_BTE, state = body(x_BTE, state)
        return *self.readout.loss(y_BTE, batch.targets, smoothing), state

    def score(self, body: nn.Module, x_BTE: Tensor, batch: Batch, state: State) -> tuple[Columns, State]:
        """``log_probability``, B x T."""
        y_BTE, state = body(x_BTE, state)
        return {"log_probability": column(self.readout.log_probabilities(y_BTE, batch.targets))}, state
