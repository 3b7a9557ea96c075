"""The gated recurrent unit.

    r_t = sigmoid(W_r x_t + U_r h_{t-1} + b_r)
    z_t = sigmoid(W_z x_t + U_z h_{t-1} + b_z)
    n_t = tanh(W_n x_t + b_n + r_t * (U_n h_{t-1} + c_n))
    h_t = (1 - z_t) * n_t + z_t * h_{t-1}
    y_t = h_t

Kyunghyun Cho et al., Learning phrase representations using RNN encoder-decoder, EMNLP 2014. The paper's first version
resets h before its product, U_n (r_t * h_{t-1}); this form, reset after it, is the one that torch's kernel (``nn.GRU``;
cuDNN on a GPU) computes, and all U h_{t-1} are then one product. The kernel has a second bias beside U_r and U_z too.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from rnnbench_models.initialisation import initialise_rnn
from rnnbench_models.recurrent import Recurrent


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
    """torch's kernel, named for the record."""

    kernel = "torch.nn.GRU"
