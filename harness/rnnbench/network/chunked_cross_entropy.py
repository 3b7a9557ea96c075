"""The cross entropy of a readout, fused with its gradients over chunks of rows.

The logits of a whole batch never exist: each chunk's are turned into its loss and its share of the gradients in
place, while they are in the cache. With p = exp(logits - max) and s = sum(p), the gradient of a row's loss by its
logits is (p - s * target) / s; the division is left to the narrow factors of the products with it, so that the
chunk is passed over four times (max, subtract, exp, sum) and no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.autograd.function import once_differentiable

if TYPE_CHECKING:
    from torch import Tensor
    from torch.autograd.function import FunctionCtx

IGNORED = -100
"""A target that is not scored."""

_CHUNK_LOGITS = 1 << 22
"""Logits that exist at once: 16 MB, about 128 rows of a vocabulary of 33,000; a small vocabulary takes one chunk."""
_FEWEST_ROWS = 64
"""Fewer rows make slow matrix products."""


def chunked_cross_entropy(
    hidden_NE: Tensor, weight_VE: Tensor, bias_V: Tensor, target_N: Tensor, smoothing: float = 0.0
) -> tuple[Tensor, int]:
    """Cross entropy of ``hidden @ weight.T + bias``, as ``F.cross_entropy(..., reduction="sum")``.

    Args:
        hidden_NE: rows; cast to the weight's precision, so that under autocast the loss stays exact.
        weight_VE: the readout.
        bias_V: its bias.
        target_N: int64 below V, or -100 for a row that is left out.
        smoothing: label smoothing: this share of the target goes to all V tokens alike (Szegedy et al. 2016).

    Returns:
        The sum in nats, and the number of targets.
    """
    hidden_NE, target_N = _scored(hidden_NE.to(weight_VE.dtype), target_N)
    with torch.autocast(hidden_NE.device.type, enabled=False):
        if torch.is_grad_enabled():
            total: Tensor = _ChunkedCrossEntropy.apply(  # type: ignore[no-untyped-call]
                hidden_NE, weight_VE, bias_V, target_N, smoothing
            )
        else:
            total = _ChunkedCrossEntropy.values(hidden_NE, weight_VE, bias_V, target_N, smoothing).sum()
    return total, len(target_N)


@torch.no_grad()
def token_log_probabilities(hidden_NE: Tensor, weight_VE: Tensor, bias_V: Tensor, target_N: Tensor) -> Tensor:
    """The natural log-probability of each target, N in the weight's precision; 0 where it is -100."""
    scored_M = (target_N != IGNORED).nonzero().squeeze(1)
    with torch.autocast(hidden_NE.device.type, enabled=False):
        hidden_ME = hidden_NE.to(weight_VE.dtype).index_select(0, scored_M)
        loss_M = _ChunkedCrossEntropy.values(hidden_ME, weight_VE, bias_V, target_N[scored_M], 0.0)
    return weight_VE.new_zeros(len(target_N)).index_copy_(0, scored_M, -loss_M)


def _scored(hidden_NE: Tensor, target_N: Tensor) -> tuple[Tensor, Tensor]:
    """The rows that have a target; no copy where all have."""
    scored_M = (target_N != IGNORED).nonzero().squeeze(1)
    if len(scored_M) == len(target_N):
        return hidden_NE, target_N
    return hidden_NE.index_select(0, scored_M), target_N.index_select(0, scored_M)


class _ChunkedCrossEntropy(torch.autograd.Function):
    """Computes the gradients with the loss, and scales them when they are asked for."""

    @staticmethod
    def forward(
        ctx: FunctionCtx, hidden_NE: Tensor, weight_VE: Tensor, bias_V: Tensor, target_N: Tensor, smoothing: float
    ) -> Tensor:
        gradients = torch.empty_like(hidden_NE), torch.zeros_like(weight_VE), torch.zeros_like(bias_V)
        loss_N = _ChunkedCrossEntropy.values(hidden_NE, weight_VE, bias_V, target_N, smoothing, gradients)
        ctx.save_for_backward(*gradients)
        return loss_N.sum()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        return *(saved * gradient for saved in ctx.saved_tensors), None, None

    @staticmethod
    def values(
        hidden_NE: Tensor,
        weight_VE: Tensor,
        bias_V: Tensor,
        target_N: Tensor,
        smoothing: float,
        gradients: tuple[Tensor, Tensor, Tensor] | None = None,
    ) -> Tensor:
        """The loss of each row; with ``gradients`` (of hidden, weight, bias) theirs are written as well."""
        rows, vocabulary = len(hidden_NE), len(weight_VE)
        chunk = min(rows, max(_FEWEST_ROWS, _CHUNK_LOGITS // vocabulary))
        buffer = hidden_NE.new_empty(chunk, vocabulary)
        loss_N = hidden_NE.new_empty(rows)
        for start in range(0, rows, max(chunk, 1)):
            part = slice(start, start + chunk)
            hidden, target = hidden_NE[part], target_N[part, None]
            logits = torch.addmm(bias_V, hidden, weight_VE.t(), out=buffer[: len(hidden)])
            highest = logits.amax(1, keepdim=True)
            aim = logits.gather(1, target)
            if smoothing:
                aim = torch.lerp(aim, logits.mean(1, keepdim=True), smoothing)
            p = logits.sub_(highest).exp_()
            s = p.sum(1, keepdim=True)
            loss_N[part] = (highest + s.log() - aim).squeeze(1)
            if gradients is None:
                continue
            to_hidden, to_weight, to_bias = gradients
            p.scatter_(1, target, p.gather(1, target) - (1 - smoothing) * s)
            if smoothing:
                p.sub_(s * (smoothing / vocabulary))
            inverse = s.reciprocal()
            torch.mm(p, weight_VE, out=to_hidden[part]).mul_(inverse)
            to_weight.addmm_(p.t(), hidden * inverse)
            to_bias.addmv_(p.t(), inverse.squeeze(1))
        return loss_N
