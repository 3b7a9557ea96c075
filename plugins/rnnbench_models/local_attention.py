"""Local attention with predicted positions, local-p.

    p_t = S sigmoid(v^T tanh(W s_t))
    a_tj = softmax over j in the window of score(s_t, h_j), times exp(-(j - p_t)^2 / (2 sigma^2)), sigma = w / 2
    c_t = sum over j in the window of a_tj h_j          the window: |j - p_t| <= w

Minh-Thang Luong, Hieu Pham and Christopher D. Manning, Effective approaches to attention-based neural machine
translation, EMNLP 2015, section 3.2. S is each row's own length and j counts from 1, so that no window is empty; w,
``half_width`` (the paper's D), is a constant. The weights are not normed again after the Gaussian.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from rnnbench_models.initialisation import xavier

if TYPE_CHECKING:
    from torch import Tensor


class LocalAttention(nn.Module):
    """The equations above; the score of every step and source step is given."""

    def __init__(self, width: int, half_width: int) -> None:
        super().__init__()
        self.W = xavier(width, width, bias=False)
        self.v = xavier(width, 1, bias=False)
        self.half_width = half_width

    def positions(self, s_BTD: Tensor, valid_BS: Tensor) -> Tensor:
        """p_t, (B, T, 1)."""
        length_B11 = valid_BS.sum(1)[:, None, None]
        return length_B11 * torch.sigmoid(self.v(torch.tanh(self.W(s_BTD))))

    def weights(self, s_BTD: Tensor, score_BTS: Tensor, valid_BS: Tensor) -> Tensor:
        """a_tj, (B, T, S)."""
        place_S = torch.arange(1, valid_BS.shape[1] + 1, device=valid_BS.device)
        offset_BTS = place_S - self.positions(s_BTD, valid_BS)
        seen_BTS = (offset_BTS.abs() <= self.half_width) & valid_BS[:, None]
        gaussian_BTS = torch.exp(-2 * (offset_BTS / self.half_width) ** 2)
        return score_BTS.masked_fill(~seen_BTS, -torch.inf).softmax(dim=-1) * gaussian_BTS

    def forward(self, s_BTD: Tensor, score_BTS: Tensor, h_BSD: Tensor, valid_BS: Tensor) -> Tensor:
        """c_t, (B, T, D)."""
        return self.weights(s_BTD, score_BTS, valid_BS) @ h_BSD
