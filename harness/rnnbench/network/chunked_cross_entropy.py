"""The cross entropy of a readout, fused with its gradients over chunks of rows.

The logits of a whole batch never exist: each chunk's are turned into its loss and its share of the gradients while
they are in the cache. The gradient of a row's loss by its logits is softmax(logits) - target; the normaliser that the
loss needs comes out of the same softmax, whose largest entry is exp(largest logit - log sum exp(logits)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.autograd.function import once_differentiable
from torch.nn import functional

from rnnbench.contract.arrays import IGNORED

if TYPE_CHECKING:
    from torch import Tensor
    from torch.autograd.function import FunctionCtx

_CHUNK_LOGITS = 1 << 19
"""Logits that exist at once: 2 MB, so that they stay in the cache. Fewer than these are taken whole."""
_FEWEST_ROWS = 128
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
        if len(target_N) * len(weight_VE) <= _CHUNK_LOGITS:
            # nothing to gain from chunks; torch's own is a few calls shorter
            logits_NV = functional.linear(hidden_NE, weight_VE, bias_V)
            total = functional.cross_entropy(logits_NV, target_N, reduction="sum", label_smoothing=smoothing)
        elif torch.is_grad_enabled():
            total = _ChunkedCrossEntropy.apply(  # type: ignore[no-untyped-call]
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
        logits_buffer, softmax_buffer = hidden_NE.new_empty(2, chunk, vocabulary)
        loss_N = hidden_NE.new_empty(rows)
        for start in range(0, rows, max(chunk, 1)):
            part = slice(start, start + chunk)
            hidden, target = hidden_NE[part], target_N[part, None]
            logits = torch.addmm(bias_V, hidden, weight_VE.t(), out=logits_buffer[: len(hidden)])
            highest = logits.amax(1, keepdim=True)
            aim = logits.gather(1, target)
            if smoothing:
                aim = torch.lerp(aim, logits.mean(1, keepdim=True), smoothing)
            p = torch.softmax(logits, 1, out=softmax_buffer[: len(hidden)])
            loss_N[part] = (highest - p.amax(1, keepdim=True).log() - aim).squeeze(1)
            if gradients is None:
                continue
            to_hidden, to_weight, to_bias = gradients
            p.scatter_(1, target, p.gather(1, target) - (1 - smoothing))
            if smoothing:
                p.sub_(smoothing / vocabulary)
            torch.mm(p, weight_VE, out=to_hidden[part])
            to_weight.addmm_(p.t(), hidden)
            to_bias.add_(p.sum(0))
        return loss_N
