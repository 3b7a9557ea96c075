"""Absolute positions: what is added to each step before a Transformer's first block.

    x_p <- sqrt(D) x_p + P_p

``sinusoidal`` (Ashish Vaswani et al., Attention is all you need, NeurIPS 2017, sections 3.4 and 3.5):

    P_{p,2i} = sin(p * 10000^(-2i/D)),    P_{p,2i+1} = cos(p * 10000^(-2i/D))

``learned`` (Jonas Gehring et al., Convolutional sequence to sequence learning, ICML 2017): P is a table of parameters.

sqrt(D) is the paper's too: it brings a token's vector, which starts at length one, to the size of its position's.

Legend: N positions.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import torch
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor

BASE = 10000.0

Positions = Literal["rotary", "sinusoidal", "learned"]


class SinusoidalPositions(nn.Module):
    """Any number of positions, of an even width."""

    def forward(self, x_BTD: Tensor, past: int) -> Tensor:
        """Say that the first of T steps is at position ``past``."""
        width = x_BTD.shape[2]
        return math.sqrt(width) * x_BTD + sinusoids(past + x_BTD.shape[1], width, like=x_BTD)[past:]


class LearnedPositions(nn.Module):
    """A table of ``positions`` positions."""

    def __init__(self, positions: int, width: int) -> None:
        super().__init__()
        self.table_ND = nn.Parameter(torch.empty(positions, width))
        nn.init.normal_(self.table_ND)

    def forward(self, x_BTD: Tensor, past: int) -> Tensor:
        """Say that the first of T steps is at position ``past``.

        Raises:
            ValueError: the table ends before the last step.
        """
        positions, width = self.table_ND.shape
        end = past + x_BTD.shape[1]
        if end > positions:
            raise ValueError(
                f"learned positions end at context {positions}, and the sequence has {end} steps: raise context, or "
                "use rotary or sinusoidal positions"
            )
        return math.sqrt(width) * x_BTD + self.table_ND[past:end]


def sinusoids(positions: int, width: int, like: Tensor) -> Tensor:
    """P at positions 0 .. N-1, (N, D), in ``like``'s dtype and on its device."""
    frequency = BASE ** -torch.arange(0, 1, 2 / width, dtype=torch.float64, device=like.device)
    angle = torch.arange(positions, dtype=torch.float64, device=like.device)[:, None] * frequency
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1).to(like.dtype)


def absolute_positions(kind: Positions, context: int, width: int) -> nn.Module | None:
    """The module ``(x_BTD, past) -> x_BTD`` of that kind; None for rotary ones, which attention itself applies."""
    match kind:
        case "rotary":
            return None
        case "sinusoidal":
            return SinusoidalPositions()
        case "learned":
            return LearnedPositions(context, width)
