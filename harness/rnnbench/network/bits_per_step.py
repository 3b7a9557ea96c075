"""Output type of polyphonic music: which of K things are on, at every step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from torch import nn

from rnnbench.contract.arrays import IGNORED
from rnnbench.contract.ends import OutputEnd, OutputType, Reads
from rnnbench.contract.models import Role
from rnnbench.network.per_step import read_y
from rnnbench.network.rows import column, even_log_probability

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from rnnbench.contract.batches import Batch, Columns
from rnnbench.contract.ends import State


@dataclass(frozen=True)
class BitsPerStep(OutputType):
    """Targets B x T x K (float), each 0 or 1: K independent sigmoids, read off y step by step.

    A step whose targets are all -100 is not scored. The loss of a step is the sum over its K bits, in nats, so that a
    mean over targets is a mean over steps.
    Scores ``log_probability``: the natural logarithm for a whole step, B x T float64, 0 where there is no target.
    """

    roles: ClassVar[frozenset[Role]] = frozenset({Role.CAUSAL, Role.ENCODER})
    reads: ClassVar[Reads] = "y"

    bits: int

    def perfect(self, batch: Batch) -> Mapping[str, Any]:
        """Probability one for each step."""
        return {"log_probability": np.zeros(tuple(batch.targets.shape[:2]))}

    def blind(self, batch: Batch) -> Mapping[str, Any]:
        """A fair coin for each of K bits."""
        return {"log_probability": self.bits * even_log_probability(batch.targets[..., 0], 2)}

    def build(self, width: int, inputs: nn.Module) -> BitsPerStepEnd:  # noqa: ARG002  nothing is shared with the inputs
        """The linear map E -> K."""
        return BitsPerStepEnd(width, self.bits)


class BitsPerStepEnd(OutputEnd):
    """See :class:`BitsPerStep`."""

    def __init__(self, width: int, bits: int) -> None:
        super().__init__()
        self.map = nn.Linear(width, bits)

    def loss(
        self, body: nn.Module, x_BTE: Tensor, batch: Batch, state: State, smoothing: float = 0.0
    ) -> tuple[Tensor, int, State]:
        """Cross entropy in nats; smoothing moves each bit towards one half."""
        y_BTE, state = read_y(body, x_BTE, batch, state)
        scored_BT = batch.targets[..., 0] != IGNORED
        logits_NK = self.map(y_BTE[scored_BT])
        aim_NK = batch.targets[scored_BT] * (1 - smoothing) + smoothing / 2
        total = nn.functional.binary_cross_entropy_with_logits(logits_NK, aim_NK, reduction="sum")
        return total, len(logits_NK), state

    def score(self, body: nn.Module, x_BTE: Tensor, batch: Batch, state: State) -> tuple[Columns, State]:
        """``log_probability``, B x T."""
        y_BTE, state = read_y(body, x_BTE, batch, state)
        scored_BT = batch.targets[..., 0] != IGNORED
        logits_BTK, targets_BTK = self.map(y_BTE).double(), batch.targets.double()
        nll_BTK = nn.functional.binary_cross_entropy_with_logits(logits_BTK, targets_BTK, reduction="none")
        return {"log_probability": column(torch.where(scored_BT, -nll_BTK.sum(2), 0.0))}, state
