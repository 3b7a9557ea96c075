"""The GRU's recurrence with its backward pass written by hand, for the CPU, where torch has no fused kernel.

    r_t = sigmoid(a^r_t + U_r h_{t-1} + c_r)
    z_t = sigmoid(a^z_t + U_z h_{t-1} + c_z)
    m_t = U_n h_{t-1} + c_n
    n_t = tanh(a^n_t + r_t * m_t)
    h_t = (1 - z_t) * n_t + z_t * h_{t-1}

a_t is what the step's input contributes, computed for all steps in one product beforehand. All gates live in one buffer
of shape (T, B, 4H), overwritten in place, in the order m, r, z, n: its first three quarters are what reads h, its last
three what reads the input, and each is one block. With d_t the gradient of h_t, those of the four are

    dn_t = d_t (1 - z_t) (1 - n_t^2)        the gradient before the tanh, as the others before their sigmoids
    dm_t = dn_t r_t
    dr_t = dn_t m_t r_t (1 - r_t)
    dz_t = d_t (h_{t-1} - n_t) z_t (1 - z_t)

all of them d_t times what the forward pass knows: the factors are computed for all steps at once, which leaves each
step of the backward pass one product, d_{t-1} += d_t z_t + U^T (dm_t, dr_t, dz_t), and U's gradient one in all.

Legend: T steps, B batch, H hidden width; 3H blocks are in torch's order r, z, n.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.autograd.function import once_differentiable

if TYPE_CHECKING:
    from torch import Tensor


def gru_recurrence(a_TB3H: Tensor, h_BH: Tensor, U_3HH: Tensor, c_3H: Tensor) -> Tensor:
    """h_TBH of the recurrence above, differentiable once in every argument.

    Args:
        a_TB3H: the inputs' part of each step, T >= 1.
        h_BH: the state before the first step.
        U_3HH: from h_{t-1} (columns) to the gates (rows).
        c_3H: the biases beside U.
    """
    h_TBH: Tensor = _GRURecurrence.apply(a_TB3H, h_BH, U_3HH, c_3H)  # type: ignore[no-untyped-call]
    return h_TBH


class _GRURecurrence(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, a_TB3H: Tensor, h_BH: Tensor, U_3HH: Tensor, c_3H: Tensor) -> Tensor:
        steps, batch, _ = a_TB3H.shape
        width = h_BH.shape[1]
        gates_TB4H = a_TB3H.new_empty(steps, batch, 4 * width)
        gates_TB4H[..., :width] = c_3H[2 * width :]
        torch.add(a_TB3H[..., : 2 * width], c_3H[: 2 * width], out=gates_TB4H[..., width : 3 * width])
        gates_TB4H[..., 3 * width :] = a_TB3H[..., 2 * width :]
        past_TBH = a_TB3H.new_empty(steps + 1, batch, width)  # h_0 .. h_T
        past_TBH[0] = h_BH
        R_3HH = U_3HH.roll(width, 0)  # in the buffer's order
        m, r, z, n = (gate.unbind() for gate in gates_TB4H.chunk(4, dim=-1))
        m_r_z, r_z = gates_TB4H[..., : 3 * width].unbind(), gates_TB4H[..., width : 3 * width].unbind()
        h = past_TBH.unbind()
        for t in range(steps):
            m_r_z[t].addmm_(h[t], R_3HH.T)
            r_z[t].sigmoid_()
            n[t].addcmul_(r[t], m[t]).tanh_()
            torch.lerp(n[t], h[t], z[t], out=h[t + 1])
        ctx.save_for_backward(gates_TB4H, past_TBH, R_3HH)
        return past_TBH[1:]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_TBH: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        gates_TB4H, past_TBH, R_3HH = ctx.saved_tensors
        width = past_TBH.shape[-1]
        m, r, z, n = gates_TB4H.chunk(4, dim=-1)
        dgates_TB4H = torch.empty_like(gates_TB4H)
        dm, dr, dz, dn = dgates_TB4H.chunk(4, dim=-1)
        torch.mul(1 - z, 1 - n * n, out=dn)
        torch.mul(dn, r, out=dm)
        torch.mul(dm * m, 1 - r, out=dr)
        torch.mul((past_TBH[:-1] - n) * z, 1 - z, out=dz)
        steps = len(grad_TBH)
        factors_TB4H = dgates_TB4H.view(steps, -1, 4, width)
        dpast_TB3H = dgates_TB4H[..., : 3 * width]
        factors, dpast, grad, keep = (x.unbind() for x in (factors_TB4H, dpast_TB3H, grad_TBH, z))
        d_BH = grad[-1].clone()
        d_B1H = d_BH[:, None]
        for t in reversed(range(steps)):
            factors[t].mul_(d_B1H)
            if t:
                torch.addcmul(grad[t - 1], d_BH, keep[t], out=d_BH)
            else:
                d_BH.mul_(keep[0])
            d_BH.addmm_(dpast[t], R_3HH)
        dR_3HH = dpast_TB3H.flatten(0, 1).T @ past_TBH[:-1].flatten(0, 1)
        dc_3H = dpast_TB3H.sum((0, 1))
        return dgates_TB4H[..., width:], d_BH, dR_3HH.roll(-width, 0), dc_3H.roll(-width, 0)
