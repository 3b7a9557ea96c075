"""The minimal gated recurrent unit: its gate and its candidate do not read the state.

    z_t = sigmoid(W_z x_t + b_z)
    n_t = W_h x_t + b_h
    h_t = (1 - z_t) * h_{t-1} + z_t * n_t
    y_t = h_t

Leo Feng et al., Were RNNs all we needed?, 2024, section 3.1; n is the paper's h~. The recurrence is linear in h with
known coefficients, which is what makes it parallel: see ``linear_recurrence``. The paper's second form passes n through
a positive function so that logarithms can be summed in its scan; the scan here takes none, and n may have any sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import nn

from rnnbench_models.initialisation import xavier
from rnnbench_models.layered import Layered
from rnnbench_models.linear_recurrence import kernel_on, linear_recurrence

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class MinGRU(Layered):
    """Feng et al. (2024)."""

    name = "min-gru"
    paper = "Feng et al. 2024, Were RNNs all we needed?"

    def layer(self, inputs: int, outputs: int) -> nn.Module:
        """One layer; its state is h, (1, B, O)."""
        return MinGRULayer(inputs, outputs)


class MinGRULayer(nn.Module):
    """The equations above, with W_z over W_h in one matrix W."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.W = xavier(inputs, outputs, blocks=2)

    @property
    def kernel(self) -> str:
        """What runs where the layer is."""
        return kernel_on(self.W.weight.device)

    def forward(self, x_BTI: Tensor, h_1BO: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read T steps on from ``h_1BO`` (None: zero)."""
        z_TBO, n_TBO = self.W(x_BTI.transpose(0, 1)).chunk(2, dim=-1)
        z_TBO = z_TBO.sigmoid()
        h_BO = z_TBO.new_zeros(z_TBO.shape[1:]) if h_1BO is None else h_1BO[0]
        h_TBO = linear_recurrence(1 - z_TBO, z_TBO * n_TBO, h_BO)
        return h_TBO.transpose(0, 1), h_TBO[-1:]
