"""Dropout between recurrent layers.

``standard`` draws a mask for each step. ``variational`` draws one for each row and uses it at every step (Yarin Gal and
Zoubin Ghahramani, A theoretically grounded application of dropout in recurrent neural networks, NeurIPS 2016): noise
that differs from step to step is averaged out by what the layers remember. Where a long text is read in segments, each
has masks of its own.
"""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn
from torch.nn import functional

DropoutKind = Literal["standard", "variational"]


Masks = dict[int, Tensor]
"""The variational masks of one sequence, by layer."""


class LayerDropout(nn.Module):
    """Zeroes values with this probability in training, and scales up the rest."""

    def __init__(self, probability: float, kind: DropoutKind) -> None:
        super().__init__()
        self.probability = probability
        self.kind = kind

    def forward(self, x_BTD: Tensor, layer: int, masks: Masks | None = None) -> Tensor:
        """What ``layer`` reads; a variational mask is looked up in ``masks``, where it is drawn once (None: anew)."""
        if self.kind == "standard" or not self.training or not self.probability:
            return functional.dropout(x_BTD, self.probability, self.training)
        masks = {} if masks is None else masks
        if layer not in masks:
            batch, _, width = x_BTD.shape
            masks[layer] = functional.dropout(x_BTD.new_ones(batch, 1, width), self.probability)
        return x_BTD * masks[layer]
