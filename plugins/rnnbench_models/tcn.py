"""The temporal convolutional network: residual blocks of dilated causal convolutions.

    F(x) = drop(relu(conv_d(drop(relu(conv_d(x))))))        d = 2^l in block l = 0, 1, ...
    y_l = relu(x_l + F(x_l)),   x_{l+1} = y_l

Shaojie Bai, J. Zico Kolter and Vladlen Koltun, An empirical evaluation of generic convolutional and recurrent networks
for sequence modeling, 2018. Every convolution's weights are normalised, W = g v / ||v|| (Salimans and Kingma 2016). L
blocks with k taps see 1 + 2 (k - 1) (2^L - 1) steps: 61 by default, for which four blocks stand where other models have
two layers. Weights start as those of He et al. (2015), the paper's from N(0, 0.01^2); dropout falls on single values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm

from rnnbench import Family, Knob, Model, Role, check_fraction, check_whole
from rnnbench_models.causal_convolution import CausalConvolution
from rnnbench_models.stack import Stack

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class TCN(Model):
    """Bai et al. (2018). ``layers`` counts the blocks; ``inner_width`` lies within each (None: the core's width)."""

    name = "tcn"
    paper = "Bai et al. 2018, An empirical evaluation of generic convolutional and recurrent networks"
    family = Family.OTHER
    roles = frozenset({Role.CAUSAL})
    fine = Knob("inner_width", 1, 0.75, 1.25)

    layers: int = 4
    kernel_size: int = 3
    dropout: float = 0.0
    inner_width: int | None = None

    def __post_init__(self) -> None:
        check_whole(self, "width", "layers", "inner_width")
        check_whole(self, "kernel_size", low=2)
        check_fraction(self, "dropout")

    def build(self, role: Role) -> nn.Module:
        """The blocks: ``(x_BTD, state=None) -> (y_BTD, state)``; the state is each convolution's past inputs."""
        return Stack(TCNBlock(self, 2**index) for index in range(self.layers))


class TCNBlock(nn.Module):
    """relu(x + F(x)); its state is that of its two convolutions."""

    def __init__(self, model: TCN, dilation: int) -> None:
        super().__init__()
        inner = model.inner_width or model.width
        self.first = CausalConvolution(model.width, inner, model.kernel_size, dilation)
        self.second = CausalConvolution(inner, model.width, model.kernel_size, dilation)
        for convolution in (self.first, self.second):
            weight_norm(convolution.conv)
        self.dropout = model.dropout

    def forward(
        self, x_BTD: Tensor, state: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Read T steps on from the state (None: zeros)."""
        first, second = state or (None, None)
        y_BTH, first = self.first(x_BTD, first)
        y_BTD, second = self.second(self._drop(functional.relu(y_BTH)), second)
        return functional.relu(x_BTD + self._drop(functional.relu(y_BTD))), (first, second)

    def _drop(self, y: Tensor) -> Tensor:
        return functional.dropout(y, self.dropout, self.training)
