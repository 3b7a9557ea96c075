"""Output type of regression: one number for a sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from torch import nn

from rnnbench.contract.ends import OutputEnd, OutputType
from rnnbench.contract.models import Role
from rnnbench.network.rows import column, lengths_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from rnnbench.contract.batches import Batch, Columns
    from rnnbench.contract.ends import State


@dataclass(frozen=True)
class Value(OutputType):
    """Targets B (float), a linear map of the core's summary.

    Scores ``prediction``: B float32.
    """

    roles: ClassVar[frozenset[Role]] = frozenset({Role.ENCODER})

    def perfect(self, batch: Batch) -> Mapping[str, Any]:
        """The targets."""
        return {"prediction": batch.targets.numpy()}

    def blind(self, batch: Batch) -> Mapping[str, Any]:
        """Zeros."""
        return {"prediction": np.zeros(tuple(batch.targets.shape))}

    def build(self, width: int, inputs: nn.Module) -> ValueEnd:  # noqa: ARG002  nothing is shared with the inputs
        """The linear map E -> 1."""
        return ValueEnd(width)


class ValueEnd(OutputEnd):
    """See :class:`Value`."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.map = nn.Linear(width, 1)

    def _prediction(self, body: nn.Module, x_BTE: Tensor, batch: Batch) -> Tensor:
        _, summary_BE = body(x_BTE, lengths_of(batch))
        prediction_B: Tensor = self.map(summary_BE).squeeze(1)
        return prediction_B

    def loss(
        self,
        body: nn.Module,
        x_BTE: Tensor,
        batch: Batch,
        state: State,
        smoothing: float = 0.0,  # noqa: ARG002  values have no labels to smooth
    ) -> tuple[Tensor, int, State]:
        """Squared error."""
        error_B = self._prediction(body, x_BTE, batch) - batch.targets
        return error_B.square().sum(), len(error_B), state

    def score(self, body: nn.Module, x_BTE: Tensor, batch: Batch, state: State) -> tuple[Columns, State]:
        """``prediction``, B."""
        return {"prediction": column(self._prediction(body, x_BTE, batch).float())}, state
