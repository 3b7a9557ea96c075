"""A convolution over time that sees no future.

    y_t = sum over i < k of W_i x_{t - d i} + b         k taps, d steps apart (the dilation)

Before the first step stand zeros. The state is what later steps still look at: the last (k - 1) d inputs.

Legend: P = (k - 1) d past inputs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor


class CausalConvolution(nn.Module):
    """The equation above on torch's kernel, whose last tap is W_0; weights start as He et al. (2015) do for relu."""

    kernel = "torch.nn.Conv1d"

    def __init__(self, inputs: int, outputs: int, kernel_size: int, dilation: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv1d(inputs, outputs, kernel_size, dilation=dilation)
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="relu")
        assert self.conv.bias is not None
        nn.init.zeros_(self.conv.bias)
        self.past = (kernel_size - 1) * dilation

    def forward(self, x_BTI: Tensor, past_PBI: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read T steps on from the past inputs (None: zeros)."""
        batch, steps, inputs = x_BTI.shape
        if past_PBI is None:
            past_PBI = x_BTI.new_zeros(self.past, batch, inputs)
        x_BNI = torch.cat((past_PBI.transpose(0, 1), x_BTI), dim=1)
        y_BOT = self.conv(x_BNI.transpose(1, 2))
        return y_BOT.transpose(1, 2), x_BNI[:, steps:].transpose(0, 1)
