"""The independently recurrent network: each unit reads, of the state, itself alone.

    h_t = relu(W x_t + u * h_{t-1} + b)         |u| <= u_max
    y_t = h_t

Shuai Li et al., Independently recurrent neural network (IndRNN): building a longer and deeper RNN, CVPR 2018. Units
meet in the next layer's W. As relu passes gradients on unchanged, a unit's memory is its u alone: |u| to the power of T
after T steps. The paper keeps that power below 2 by u_max = 2^(1/T) for sequences of T steps; here a state is carried
through texts without end, and u_max is 1 by default. u is clipped after each update, and starts uniform between 0 and
u_max.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

from rnnbench import check_positive
from rnnbench_models.initialisation import initialise_input
from rnnbench_models.layered import Layered
from rnnbench_models.linear_recurrence import solve

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class IndRNN(Layered):
    """Li et al. (2018), with relu. ``u_max`` is the largest recurrent weight."""

    name = "ind-rnn"
    paper = "Li et al. 2018, Independently recurrent neural network (IndRNN)"

    u_max: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive(self, "u_max")

    def layer(self, inputs: int, outputs: int) -> nn.Module:
        """One layer; its state is h, (1, B, O)."""
        return IndRNNLayer(inputs, outputs, self.u_max)


class IndRNNLayer(nn.Module):
    """The equations above, with b the bias of W."""

    kernel = "one-buffer loop"

    def __init__(self, inputs: int, outputs: int, u_max: float) -> None:
        super().__init__()
        self.W = nn.Linear(inputs, outputs)
        self.u_O = nn.Parameter(torch.rand(outputs) * u_max)
        self.u_max = u_max
        initialise_input(self.W.weight, "he")
        nn.init.zeros_(self.W.bias)

    def forward(self, x_BTI: Tensor, h_1BO: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read T steps on from ``h_1BO`` (None: zero)."""
        # The paper's clip after an update, before the first use of it. `.data`: a second use in one graph changes
        # nothing, and must not count as a change.
        self.u_O.data.clamp_(-self.u_max, self.u_max)
        a_TBO = functional.linear(x_BTI.transpose(0, 1), self.W.weight, self.W.bias)
        h_BO = a_TBO.new_zeros(a_TBO.shape[1:]) if h_1BO is None else h_1BO[0]
        h_TBO: Tensor = _ReluRecurrence.apply(a_TBO, self.u_O, h_BO)  # type: ignore[no-untyped-call]
        return h_TBO.transpose(0, 1), h_TBO[-1:]


class _ReluRecurrence(torch.autograd.Function):
    """h_t = relu(a_t + u * h_{t-1}) into one buffer; its gradients obey a linear recurrence from the end."""

    @staticmethod
    def forward(ctx: Any, a_TBO: Tensor, u_O: Tensor, h_BO: Tensor) -> Tensor:
        h_TBO = torch.empty_like(a_TBO, memory_format=torch.contiguous_format)
        past_BO = h_BO
        for a_BO, out_BO in zip(a_TBO.unbind(), h_TBO.unbind(), strict=True):
            past_BO = torch.addcmul(a_BO, u_O, past_BO, out=out_BO).relu_()
        ctx.save_for_backward(u_O, h_BO, h_TBO)
        return h_TBO

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_TBO: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        u_O, h_BO, h_TBO = ctx.saved_tensors
        slope_TBO = (h_TBO > 0).to(h_TBO.dtype).flip(0)
        da_TBO = solve(slope_TBO * u_O, slope_TBO * grad_TBO.flip(0), torch.zeros_like(h_BO)).flip(0)
        du_O = (da_TBO[0] * h_BO).sum(0) + (da_TBO[1:] * h_TBO[:-1]).sum((0, 1))
        return da_TBO, du_O, u_O * da_TBO[0]
