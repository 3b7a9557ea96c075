"""A convolution before an LSTM: features of a few neighbouring steps, then memory.

    c_t = relu(sum over i < k of W_i x_{t - i} + b)
    y = LSTM(c)                                             as in ``lstm``

Chunting Zhou, Chonglin Sun, Zhiyuan Liu and Francis Lau, A C-LSTM neural network for text classification, 2015. Their
windows are whole; here they look back alone, so that the core is causal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch import nn
from torch.nn import functional

from rnnbench import check_whole
from rnnbench_models.causal_convolution import CausalConvolution
from rnnbench_models.layered import Layered
from rnnbench_models.lstm import LSTM

if TYPE_CHECKING:
    from torch import Tensor

    from rnnbench import Model, Role


@dataclass(frozen=True, kw_only=True)
class ConvolutionalLSTM(Layered):
    """Zhou et al. (2015), causal. ``layers`` and the fields about them are the LSTM's."""

    name = "convolutional-lstm"
    paper = "Zhou et al. 2015, A C-LSTM neural network for text classification"

    kernel_size: int = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, "kernel_size")

    def build(self, role: Role) -> nn.Module:
        """The core: ``(x_BTD, state=None) -> (y_BTD, state)``."""
        convolution = CausalConvolution(self.width, self.width, self.kernel_size)
        return ConvolutionThenLayers(convolution, self._lstm().build(role))

    def parts(self) -> dict[str, Model]:
        """The LSTM."""
        return {"lstm": self._lstm()}

    def _lstm(self) -> LSTM:
        return LSTM(
            width=self.width,
            layers=self.layers,
            dropout=self.dropout,
            dropout_kind=self.dropout_kind,
            inner_width=self.inner_width,
        )


class ConvolutionThenLayers(nn.Module):
    """Its state is (the convolution's, the layers')."""

    def __init__(self, convolution: CausalConvolution, layers: nn.Module) -> None:
        super().__init__()
        self.convolution = convolution
        self.layers = layers

    def forward(self, x_BTD: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Read T steps on from the state (None: from rest)."""
        past, layers = state or (None, None)
        c_BTD, past = self.convolution(x_BTD, past)
        y_BTD, layers = self.layers(functional.relu(c_BTD), layers)
        return y_BTD, (past, layers)
