"""The map from E to the logits of a vocabulary, and its loss: shared by the output types that predict tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from rnnbench.network.chunked_cross_entropy import chunked_cross_entropy, token_log_probabilities
from rnnbench.network.inputs import embedding

if TYPE_CHECKING:
    from torch import Tensor


class Readout(nn.Module):
    """Logits V of vectors of width E: ``weight`` V x E and a bias.

    The weight opens as a table of tokens does, or is a table's own (tied); the bias opens at zero.
    """

    def __init__(self, width: int, vocabulary: int, table: nn.Embedding | None = None) -> None:
        super().__init__()
        if table is not None and table.weight.shape != (vocabulary, width):
            raise ValueError(f"tied to a table of {tuple(table.weight.shape)}, expected {(vocabulary, width)}")
        self.weight: Tensor = (embedding(vocabulary, width) if table is None else table).weight
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def forward(self, y: Tensor) -> Tensor:
        """Logits, ... x E to ... x V."""
        return nn.functional.linear(y, self.weight, self.bias)

    def loss(self, y_BTE: Tensor, targets_BT: Tensor, smoothing: float) -> tuple[Tensor, int]:
        """(sum of the cross entropy over targets in nats, number of targets)."""
        return chunked_cross_entropy(y_BTE.flatten(0, 1), self.weight, self.bias, targets_BT.flatten(), smoothing)

    def log_probabilities(self, y_BTE: Tensor, targets_BT: Tensor) -> Tensor:
        """The natural log-probability of each target, B x T float64; 0 where there is none."""
        flat = token_log_probabilities(y_BTE.flatten(0, 1), self.weight, self.bias, targets_BT.flatten())
        return flat.double().view(targets_BT.shape)
