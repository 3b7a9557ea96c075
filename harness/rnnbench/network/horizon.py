"""Output type of forecasting: the next H values of C channels in one shot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from torch import nn

from rnnbench.contract.ends import OutputEnd, OutputType
from rnnbench.contract.models import Role
from rnnbench.network.rows import column, last_valid, lengths_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from rnnbench.contract.batches import Batch, Columns
    from rnnbench.contract.ends import State


@dataclass(frozen=True)
class Horizon(OutputType):
    """Targets B x H x C (float), a linear map of the core's summary.

    With ``subtract_last`` the last observed value is taken off the inputs before the input end and put back onto
    the prediction, so that a model only has to predict the change (NLinear, Zeng et al. 2023).
    ``target_channels`` says which input channels the C targets are; None: all of them, in their order.
    Scores ``prediction``: B x H x C float32.
    """

    roles: ClassVar[frozenset[Role]] = frozenset({Role.ENCODER})

    steps: int
    channels: int
    subtract_last: bool = True
    target_channels: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if self.target_channels is not None and len(self.target_channels) != self.channels:
            raise ValueError(f"target_channels names {len(self.target_channels)} channels, expected {self.channels}")

    def perfect(self, batch: Batch) -> Mapping[str, Any]:
        """The targets."""
        return {"prediction": batch.targets.numpy()}

    def blind(self, batch: Batch) -> Mapping[str, Any]:
        """Zeros."""
        return {"prediction": np.zeros(tuple(batch.targets.shape))}

    def build(self, width: int, inputs: nn.Module) -> HorizonEnd:  # noqa: ARG002  nothing is shared with the inputs
        """The linear map E -> H * C."""
        return HorizonEnd(width, self)


class HorizonEnd(OutputEnd):
    """See :class:`Horizon`."""

    def __init__(self, width: int, output: Horizon) -> None:
        super().__init__()
        self.output = output
        self.map = nn.Linear(width, output.steps * output.channels)

    def prepare(self, inputs: Tensor, lengths: Tensor | None) -> Tensor:
        """The inputs as changes from their last observed value."""
        if not self.output.subtract_last:
            return inputs
        return inputs - last_valid(inputs, lengths).unsqueeze(1)

    def _prediction(self, body: nn.Module, x_BTE: Tensor, batch: Batch) -> Tensor:
        _, summary_BE = body(x_BTE, lengths_of(batch))
        prediction_BHC: Tensor = self.map(summary_BE).unflatten(1, (self.output.steps, self.output.channels))
        if not self.output.subtract_last:
            return prediction_BHC
        last_BC = last_valid(batch.inputs, batch.lengths)
        if self.output.target_channels is not None:
            last_BC = last_BC[:, list(self.output.target_channels)]
        return prediction_BHC + last_BC.unsqueeze(1)

    def loss(
        self,
        body: nn.Module,
        x_BTE: Tensor,
        batch: Batch,
        state: State,
        smoothing: float = 0.0,  # noqa: ARG002  values have no labels to smooth
    ) -> tuple[Tensor, int, State]:
        """Squared error."""
        error_BHC = self._prediction(body, x_BTE, batch) - batch.targets
        return error_BHC.square().sum(), error_BHC.numel(), state

    def score(self, body: nn.Module, x_BTE: Tensor, batch: Batch, state: State) -> tuple[Columns, State]:
        """``prediction``, B x H x C."""
        return {"prediction": column(self._prediction(body, x_BTE, batch).float())}, state
