"""The gated recurrent unit.

    r_t = sigmoid(W_r x_t + U_r h_{t-1} + b_r)
    z_t = sigmoid(W_z x_t + U_z h_{t-1} + b_z)
    n_t = tanh(W_n x_t + b_n + r_t * (U_n h_{t-1} + c_n))
    h_t = (1 - z_t) * n_t + z_t * h_{t-1}
    y_t = h_t

Kyunghyun Cho et al., Learning phrase representations using RNN encoder-decoder, EMNLP 2014. The paper's first version
resets h before its product, U_n (r_t * h_{t-1}); this form, reset after it, is the one that torch's kernel (``nn.GRU``;
cuDNN on a GPU) computes, and all U h_{t-1} are then one product. The kernel has a second bias beside U_r and U_z too.
On a CPU that kernel is a chain of small operations: a loop over one buffer is faster, see ``gru_recurrence``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from rnnbench_models.gru_recurrence import gru_recurrence
from rnnbench_models.initialisation import initialise_rnn
from rnnbench_models.recurrent import Recurrent

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class GRU(Recurrent):
    """Cho et al. (2014), the reset gate after the product."""

    name = "gru"
    paper = "Cho et al. 2014, Learning phrase representations using RNN encoder-decoder"

    def layer(self, inputs: int, outputs: int) -> nn.Module:
        """One layer; its state is h, (1, B, O)."""
        layer = GRULayer(inputs, outputs, batch_first=True)
        initialise_rnn(layer, self.initialisation, self.recurrent_initialisation)
        return layer


class GRULayer(nn.GRU):
    """torch's parameters, and its kernels for CUDA and for a single step; on a CPU a loop over one buffer."""

    weight_ih_l0: Tensor
    weight_hh_l0: Tensor
    bias_ih_l0: Tensor
    bias_hh_l0: Tensor

    @property
    def kernel(self) -> str:
        """What runs where the layer is."""
        return "torch.nn.GRU" if self.weight_hh_l0.is_cuda else "one-buffer loop / torch.gru_cell"

    def forward(  # type: ignore[override]  # the parent's overloads also take packed sequences
        self, x_BTI: Tensor, h_1BO: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Read T steps on from ``h_1BO`` (None: zero)."""
        if x_BTI.is_cuda:
            return super().forward(x_BTI, h_1BO)
        if h_1BO is None:
            h_1BO = x_BTI.new_zeros(1, x_BTI.shape[0], self.hidden_size)
        if x_BTI.shape[1] == 1:  # a decoder's loop
            weights = self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0, self.bias_hh_l0
            h_BO = torch.gru_cell(x_BTI[:, 0], h_1BO[0], *weights)
            return h_BO[:, None], h_BO[None]
        a_TB3O = functional.linear(x_BTI.transpose(0, 1), self.weight_ih_l0, self.bias_ih_l0)
        h_TBO = gru_recurrence(a_TB3O, h_1BO[0], self.weight_hh_l0, self.bias_hh_l0)
        return h_TBO.transpose(0, 1), h_TBO[-1:]
