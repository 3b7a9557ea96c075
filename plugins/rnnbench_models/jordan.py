"""Jordan's recurrent network: the context is the network's own output.

    h_t = tanh(W x_t + V z_{t-1} + b)
    y_t = U h_t + c
    z_t = alpha z_{t-1} + y_t

Michael I. Jordan, Serial order: a parallel distributed processing approach, ICS report 8604, 1986. x is the plan, z
the state units, alpha their self-recurrence (0: the context is the last output); the output units are linear.

The layer is computed as an Elman layer whose recurrent matrix is factored. Measured from the point where an idle
context would rest, u_t = z_t - c / (1 - alpha), the output units' bias drops out:

    h_t = tanh(W x_t + b + V c / (1 - alpha) + V u_{t-1})
    u_t = alpha u_{t-1} + U h_t

so that q_t = V u_{t-1} obeys q_{t+1} = alpha q_t + (V U) h_t: one product a step in place of two, see ``one_buffer``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from rnnbench import check_fraction
from rnnbench_models.initialisation import initialise_input, initialise_recurrent
from rnnbench_models.one_buffer import tanh_recurrence
from rnnbench_models.recurrent import Recurrent

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class Jordan(Recurrent):
    """Jordan (1986), with as many hidden as output units. ``alpha`` is the context's self-recurrence."""

    name = "jordan"
    paper = "Jordan 1986, Serial order: a parallel distributed processing approach"

    alpha: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_fraction(self, "alpha")

    def layer(self, inputs: int, outputs: int) -> nn.Module:
        """One layer; its state is the context z, (1, B, O)."""
        layer = JordanLayer(inputs, outputs, self.alpha)
        initialise_input(layer.W.weight, self.initialisation)
        initialise_recurrent(layer.V.weight, self.recurrent_initialisation)
        initialise_recurrent(layer.U.weight, self.recurrent_initialisation)
        nn.init.zeros_(layer.W.bias)
        nn.init.zeros_(layer.U.bias)
        return layer


class JordanLayer(nn.Module):
    """The equations above, with b the bias of W and c that of U."""

    kernel = "one-buffer loop"

    def __init__(self, inputs: int, outputs: int, alpha: float) -> None:
        super().__init__()
        self.W = nn.Linear(inputs, outputs)
        self.V = nn.Linear(outputs, outputs, bias=False)
        self.U = nn.Linear(outputs, outputs)
        self.alpha = alpha

    def forward(self, x_BTI: Tensor, z_1BO: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read T steps on from the context ``z_1BO`` (None: zero)."""
        x_TBI = x_BTI.transpose(0, 1)  # the steps' slices of a time-major buffer are contiguous
        steps, batch, _ = x_TBI.shape
        if z_1BO is None:
            z_1BO = x_BTI.new_zeros(1, batch, self.U.out_features)
        rest_O = self.U.bias / (1 - self.alpha)
        a_TBH = functional.linear(x_TBI, self.W.weight, self.W.bias + self.V(rest_O))
        q_BH = self.V(z_1BO[0] - rest_O)
        if steps == 1:  # nothing recurs within one step: spare the product of V and U
            h_TBH = torch.tanh(a_TBH + q_BH)
        else:
            h_TBH = tanh_recurrence(a_TBH, q_BH, self.V.weight @ self.U.weight, self.alpha)
        y_TBO = self.U(h_TBH)
        return y_TBO.transpose(0, 1), self._context(y_TBO, z_1BO)

    def _context(self, y_TBO: Tensor, z_1BO: Tensor) -> Tensor:
        """The context after the last step: sum over t of alpha^(T-t) y_t, and alpha^T of the z before."""
        if not self.alpha:
            return y_TBO[-1:]
        steps = y_TBO.shape[0]
        age_T = torch.arange(steps - 1, -1, -1, device=y_TBO.device, dtype=y_TBO.dtype)
        recent_BO: Tensor = torch.tensordot(self.alpha**age_T, y_TBO, 1)
        return recent_BO + self.alpha**steps * z_1BO
