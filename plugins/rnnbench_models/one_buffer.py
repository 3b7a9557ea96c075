"""A tanh recurrence with its backward pass written by hand, for cells that have no kernel of their own.

    h_t = tanh(a_t + q_t)
    q_{t+1} = alpha q_t + R h_t

a_t is what the step's input contributes, computed for all steps in one product beforehand. The steps write into one
buffer of shape (T, B, H); the backward pass leaves the gradient of R to one product over all steps, where autograd
would take one a step. With alpha = 0 this is Elman's recurrence.

Legend: T steps, B batch, H hidden width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.autograd.function import once_differentiable

if TYPE_CHECKING:
    from torch import Tensor


def tanh_recurrence(a_TBH: Tensor, q_BH: Tensor, R_HH: Tensor, alpha: float = 0.0) -> Tensor:
    """h_TBH of the recurrence above, differentiable once in a, q (the first) and R.

    Args:
        a_TBH: the inputs' part of each step, T >= 1.
        q_BH: the state's part of the first step.
        R_HH: from h_t (columns) to q_{t+1} (rows).
        alpha: how much of q stays from step to step.
    """
    h_TBH: Tensor = _TanhRecurrence.apply(a_TBH, q_BH, R_HH, alpha)  # type: ignore[no-untyped-call]
    return h_TBH


class _TanhRecurrence(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, a_TBH: Tensor, q_BH: Tensor, R_HH: Tensor, alpha: float) -> Tensor:
        h_TBH = torch.empty_like(a_TBH, memory_format=torch.contiguous_format)
        a, h = a_TBH.unbind(), h_TBH.unbind()
        torch.add(a[0], q_BH, out=h[0]).tanh_()
        for t in range(1, len(h)):
            if alpha:
                q_BH = torch.addmm(q_BH, h[t - 1], R_HH.T, beta=alpha)
                torch.add(a[t], q_BH, out=h[t]).tanh_()
            else:
                torch.addmm(a[t], h[t - 1], R_HH.T, out=h[t]).tanh_()
        ctx.save_for_backward(h_TBH, R_HH)
        ctx.alpha = alpha
        return h_TBH

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_TBH: Tensor) -> tuple[Tensor, Tensor, Tensor | None, None]:
        h_TBH, R_HH = ctx.saved_tensors
        da_TBH = torch.empty_like(h_TBH)
        dq_TBH = torch.empty_like(h_TBH) if ctx.alpha else da_TBH  # the same gradient where nothing of q stays
        grad, slope, da, dq = grad_TBH.unbind(), (1 - h_TBH * h_TBH).unbind(), da_TBH.unbind(), dq_TBH.unbind()
        last = len(da) - 1
        torch.mul(grad[last], slope[last], out=da[last])
        dq[last].copy_(da[last])
        for t in reversed(range(last)):
            torch.addmm(grad[t], dq[t + 1], R_HH, out=da[t]).mul_(slope[t])
            if ctx.alpha:
                torch.add(da[t], dq[t + 1], alpha=ctx.alpha, out=dq[t])
        dR_HH = dq_TBH[1:].flatten(0, 1).T @ h_TBH[:-1].flatten(0, 1) if ctx.needs_input_grad[2] else None
        return da_TBH, dq[0], dR_HH, None
