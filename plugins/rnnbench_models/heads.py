"""Attention of several heads side by side (Ashish Vaswani et al., Attention is all you need, NeurIPS 2017).

    Attention(Q, K, V) = softmax(Q K^T / sqrt(d)) V             for each of the heads, d = D / heads

Rotary positions (Jianlin Su et al., RoFormer: enhanced transformer with rotary position embedding, 2021) turn a query
and a key by angles that grow with their positions p:

    (a_i, b_i) -> (a_i cos - b_i sin, a_i sin + b_i cos)    at the angle  p * 10000^(-2i/d)

The product of a turned query and a turned key depends on the difference of their positions alone, so that any origin
serves, and positions follow from how many keys there are.

Legend: H heads, d width of a head, N keys or positions; the pairs (a_i, b_i) are the head's two halves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from rnnbench_models.initialisation import xavier

if TYPE_CHECKING:
    from torch import Tensor

    Cache = tuple[Tensor, Tensor]

BASE = 10000.0


class SelfAttention(nn.Module):
    """Attention of positions to each other, turned by them where they are ``rotary``."""

    kernel = "SDPA"

    def __init__(self, width: int, heads: int, gain: float, rotary: bool) -> None:
        super().__init__()
        self.query_key_value = xavier(width, width, blocks=3, bias=False)
        self.output = xavier(width, width, gain=gain, bias=False)
        self.heads = heads
        self.rotary = rotary

    def forward(self, x_BTD: Tensor, mask: Tensor | None, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """``mask`` (H or 1, B or 1, T or 1, N) is true where a position may look; the cache's keys come first."""
        q, k, v = (split_heads(part, self.heads) for part in self.query_key_value(x_BTD).chunk(3, dim=-1))
        if cache is not None:
            k, v = torch.cat((cache[0], k), dim=2), torch.cat((cache[1], v), dim=2)
        kept = k, v
        if self.rotary:
            cos, sin = rotary_angles(k.shape[2], k.shape[3], like=k)
            first = k.shape[2] - q.shape[2]
            q, k = rotate(q, cos[first:], sin[first:]), rotate(k, cos, sin)
        y = functional.scaled_dot_product_attention(q, k, v, mask)
        return self.output(merge_heads(y)), kept


class CrossAttention(nn.Module):
    """Attention of target positions to the source; which source position is which, its encoder has said."""

    kernel = "SDPA"

    def __init__(self, width: int, heads: int, gain: float) -> None:
        super().__init__()
        self.query = xavier(width, width, bias=False)
        self.key_value = xavier(width, width, blocks=2, bias=False)
        self.output = xavier(width, width, gain=gain, bias=False)
        self.heads = heads

    def project(self, source_BSD: Tensor) -> Cache:
        """Keys and values of the source, (B, H, S, d) each: memory has its batch first."""
        k, v = (split_heads(part, self.heads).transpose(0, 1) for part in self.key_value(source_BSD).chunk(2, dim=-1))
        return k, v

    def forward(self, x_BTD: Tensor, memory: tuple[Cache, Tensor]) -> Tensor:
        """``memory``: (keys, values) of (H, B, S, d), and the mask (1, B, 1, S)."""
        (k, v), mask = memory
        y = functional.scaled_dot_product_attention(split_heads(self.query(x_BTD), self.heads), k, v, mask)
        output_BTD: Tensor = self.output(merge_heads(y))
        return output_BTD


def split_heads(x_BTD: Tensor, heads: int) -> Tensor:
    """(B, T, D) -> (H, B, T, d): state has its batch in dimension 1."""
    batch, steps, width = x_BTD.shape
    return x_BTD.view(batch, steps, heads, width // heads).permute(2, 0, 1, 3)


def merge_heads(x_HBTd: Tensor) -> Tensor:
    """(H, B, T, d) -> (B, T, D)."""
    return x_HBTd.permute(1, 2, 0, 3).flatten(2)


def band(steps: int, past: int, context: int, device: torch.device) -> Tensor | None:
    """Which of past + T keys each of T steps sees: the last ``context``, its own the last. (T, N); None: all."""
    if steps == 1 and past < context:
        return None
    everything = torch.ones(steps, past + steps, dtype=torch.bool, device=device)
    return everything.tril(past).triu(past - context + 1)


def rotary_angles(positions: int, width: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """(cos, sin) at positions 0 .. N-1, each (N, d / 2), in ``like``'s dtype and on its device."""
    frequency = BASE ** -torch.arange(0, 1, 2 / width, dtype=torch.float64, device=like.device)
    angle = torch.arange(positions, dtype=torch.float64, device=like.device)[:, None] * frequency
    return angle.cos().to(like.dtype), angle.sin().to(like.dtype)


def rotate(x_Nd: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn x (..., N, d) by the angles of its positions."""
    a, b = x_Nd.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1)
