"""Elman's simple recurrent network.

    h_t = phi(W x_t + U h_{t-1} + b)        phi = tanh or relu
    y_t = h_t

Jeffrey L. Elman, Finding structure in time, Cognitive Science 14(2), 1990. The hidden units' own last values are the
context. Both nonlinearities have a kernel in torch (``nn.RNN``; cuDNN on a GPU), which is used. That kernel has a
second bias beside U: it starts at zero and only adds to b.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import nn

from rnnbench_models.initialisation import initialise_rnn
from rnnbench_models.recurrent import Recurrent


@dataclass(frozen=True, kw_only=True)
class Elman(Recurrent):
    """Elman (1990), with tanh or relu."""

    name = "elman"
    paper = "Elman 1990, Finding structure in time"

    nonlinearity: Literal["tanh", "relu"] = "tanh"

    def layer(self, inputs: int, outputs: int) -> nn.Module:
        """One layer; its state is h, (1, B, O)."""
        layer = ElmanLayer(inputs, outputs, nonlinearity=self.nonlinearity, batch_first=True)
        initialise_rnn(layer, self.initialisation, self.recurrent_initialisation)
        return layer


class ElmanLayer(nn.RNN):
    """torch's kernel, named for the record."""

    kernel = "torch.nn.RNN"
