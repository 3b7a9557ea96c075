"""Initial weights, one gate's block at a time: each gate is a matrix of its own.

The calls also work on the meta device, where a model is built only to count its parameters.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from torch import nn

if TYPE_CHECKING:
    from torch import Tensor

Initialisation = Literal["xavier", "he", "uniform"]
"""Of the weights that read inputs.

``xavier``: U(-a, a), a = sqrt(6 / (I + O)), Glorot and Bengio 2010. ``he``: N(0, 2 / I), He et al. 2015.
``uniform``: U(-a, a), a = 1 / sqrt(O), the default of torch's recurrent layers.
"""

RecurrentInitialisation = Literal["orthogonal", "xavier"]
"""Of the weights that read the state; orthogonal as in Saxe et al. 2014."""


def initialise_input(weight: Tensor, scheme: Initialisation, gates: int = 1) -> None:
    """Fill ``weight`` (gates * O, I) in place."""
    for block_OI in weight.detach().chunk(gates):
        match scheme:
            case "xavier":
                nn.init.xavier_uniform_(block_OI)
            case "he":
                nn.init.kaiming_normal_(block_OI, nonlinearity="relu")
            case "uniform":
                bound = 1 / math.sqrt(block_OI.shape[0])
                nn.init.uniform_(block_OI, -bound, bound)


def initialise_recurrent(weight: Tensor, scheme: RecurrentInitialisation, gates: int = 1) -> None:
    """Fill ``weight`` (gates * O, O) in place."""
    for block_OO in weight.detach().chunk(gates):
        match scheme:
            case "orthogonal":
                nn.init.orthogonal_(block_OO)
            case "xavier":
                nn.init.xavier_uniform_(block_OO)


def xavier(inputs: int, outputs: int, *, blocks: int = 1, bias: bool = True, gain: float = 1.0) -> nn.Linear:
    """``blocks`` linear maps side by side, each with Xavier weights of its own; biases start at zero."""
    linear = nn.Linear(inputs, blocks * outputs, bias=bias)
    for block_OI in linear.weight.detach().chunk(blocks):
        nn.init.xavier_uniform_(block_OI, gain=gain)
    if bias:
        nn.init.zeros_(linear.bias)
    return linear


def initialise_rnn(layer: nn.RNNBase, inputs: Initialisation, recurrent: RecurrentInitialisation) -> None:
    """Fill the weights of one of torch's one-layer recurrent modules; its biases start at zero."""
    gates = layer.get_parameter("weight_ih_l0").shape[0] // layer.hidden_size
    initialise_input(layer.get_parameter("weight_ih_l0"), inputs, gates)
    initialise_recurrent(layer.get_parameter("weight_hh_l0"), recurrent, gates)
    nn.init.zeros_(layer.get_parameter("bias_ih_l0"))
    nn.init.zeros_(layer.get_parameter("bias_hh_l0"))
