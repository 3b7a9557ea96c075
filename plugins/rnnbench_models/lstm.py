"""Long short-term memory, with forget gate.

    i_t = sigmoid(W_i x_t + U_i h_{t-1} + b_i)
    f_t = sigmoid(W_f x_t + U_f h_{t-1} + b_f)
    g_t = tanh(W_g x_t + U_g h_{t-1} + b_g)
    o_t = sigmoid(W_o x_t + U_o h_{t-1} + b_o)
    c_t = f_t * c_{t-1} + i_t * g_t
    h_t = o_t * tanh(c_t)
    y_t = h_t

Sepp Hochreiter and Juergen Schmidhuber, Long short-term memory, Neural Computation 9(8), 1997; the forget gate f is
Gers, Schmidhuber and Cummins 2000. b_f starts at 1, so that a new network remembers (Jozefowicz et al. 2015). torch's
kernel (``nn.LSTM``; oneDNN on a CPU, cuDNN on a GPU) has a second bias beside each U: it starts at zero and only adds
to b.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from rnnbench_models.initialisation import initialise_rnn
from rnnbench_models.recurrent import Recurrent

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class LSTM(Recurrent):
    """Hochreiter and Schmidhuber (1997), Gers et al. (2000). ``forget_bias`` is where b_f starts."""

    name = "lstm"
    paper = "Hochreiter and Schmidhuber 1997, Long short-term memory; Gers et al. 2000, Learning to forget"

    forget_bias: float = 1.0

    def layer(self, inputs: int, outputs: int) -> nn.Module:
        """One layer; its state is (h, c), each (1, B, O)."""
        layer = LSTMLayer(inputs, outputs, batch_first=True)
        initialise_rnn(layer, self.initialisation, self.recurrent_initialisation)
        _, forget_O, _, _ = layer.bias_ih_l0.detach().chunk(4)
        nn.init.constant_(forget_O, self.forget_bias)
        return layer


class LSTMLayer(nn.LSTM):
    """torch's kernels, named for the record: the one for a single step is what a decoder's loop runs."""

    kernel = "torch.nn.LSTM / torch.lstm_cell"
    weight_ih_l0: Tensor
    weight_hh_l0: Tensor
    bias_ih_l0: Tensor
    bias_hh_l0: Tensor

    def forward(  # type: ignore[override]  # the parent's overloads also take packed sequences
        self, x_BTI: Tensor, state: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Read T steps on from (h, c) (None: zero)."""
        if x_BTI.shape[1] > 1:
            return super().forward(x_BTI, state)
        if state is None:
            h_1BO = c_1BO = x_BTI.new_zeros(1, x_BTI.shape[0], self.hidden_size)
        else:
            h_1BO, c_1BO = state
        weights = self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0, self.bias_hh_l0
        h_BO, c_BO = torch.lstm_cell(x_BTI[:, 0], (h_1BO[0], c_1BO[0]), *weights)
        return h_BO[:, None], (h_BO[None], c_BO[None])
