"""The linear recurrence, unit by unit, over all steps at once, with its backward pass written by hand.

    h_t = a_t * h_{t-1} + b_t

On a CPU it is a loop over one buffer: one small operation a step, and no more work than there is. Elsewhere it is a
parallel scan (Guy Blelloch, Prefix sums and their applications, 1990): after k passes over all steps (a_t, b_t) stand
for the last 2^k steps, and the next pass joins each with its neighbour on the left,

    (a_t, b_t) <- (a_t a_s, b_t + a_t b_s)      s = t - 2^k

so that log2 T passes do. Nothing is divided and no logarithm is taken: numbers are as safe as in the recurrence itself,
whatever the signs. The gradient d_t of h_t obeys the same recurrence from the end,

    d_t = grad_t + a_{t+1} * d_{t+1}        da_t = d_t * h_{t-1}        db_t = d_t

Legend: T steps, B batch, H hidden width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.autograd.function import once_differentiable

if TYPE_CHECKING:
    from torch import Tensor


def linear_recurrence(a_TBH: Tensor, b_TBH: Tensor, h_BH: Tensor) -> Tensor:
    """h_TBH of the recurrence above, T >= 1, on from ``h_BH``; differentiable once in every argument."""
    h_TBH: Tensor = _LinearRecurrence.apply(a_TBH, b_TBH, h_BH)  # type: ignore[no-untyped-call]
    return h_TBH


def kernel_on(device: torch.device) -> str:
    """What runs there, named for the record."""
    return "one-buffer loop" if device.type == "cpu" else "parallel scan"


def solve(a_TBH: Tensor, b_TBH: Tensor, h_BH: Tensor) -> Tensor:
    """The recurrence without a history of gradients."""
    return (loop if a_TBH.device.type == "cpu" else scan)(a_TBH, b_TBH, h_BH)


def loop(a_TBH: Tensor, b_TBH: Tensor, h_BH: Tensor) -> Tensor:
    """Step by step into one buffer."""
    h_TBH = torch.empty_like(b_TBH, memory_format=torch.contiguous_format)
    for a, b, h in zip(a_TBH.unbind(), b_TBH.unbind(), h_TBH.unbind(), strict=True):
        h_BH = torch.addcmul(b, a, h_BH, out=h)
    return h_TBH


def scan(a_TBH: Tensor, b_TBH: Tensor, h_BH: Tensor) -> Tensor:
    """In log2 T passes; the first ``reach`` steps are done and stay."""
    b_TBH = torch.cat((torch.addcmul(b_TBH[:1], a_TBH[:1], h_BH), b_TBH[1:]))
    reach = 1
    while reach < len(b_TBH):
        joined = torch.addcmul(b_TBH[reach:], a_TBH[reach:], b_TBH[:-reach])
        b_TBH = torch.cat((b_TBH[:reach], joined))
        a_TBH = torch.cat((a_TBH[:reach], a_TBH[reach:] * a_TBH[:-reach]))
        reach *= 2
    return b_TBH


class _LinearRecurrence(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, a_TBH: Tensor, b_TBH: Tensor, h_BH: Tensor) -> Tensor:
        h_TBH = solve(a_TBH, b_TBH, h_BH)
        ctx.save_for_backward(a_TBH, h_BH, h_TBH)
        return h_TBH

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_TBH: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        a_TBH, h_BH, h_TBH = ctx.saved_tensors
        later_TBH = a_TBH.roll(-1, 0)  # a_{t+1}; what stands at T meets a gradient of zero
        d_TBH = solve(later_TBH.flip(0), grad_TBH.flip(0), torch.zeros_like(h_BH)).flip(0)
        da_TBH = torch.cat((d_TBH[:1] * h_BH, d_TBH[1:] * h_TBH[:-1]))
        return da_TBH, d_TBH, a_TBH[0] * d_TBH[0]
