"""Rotary positions: a query and a key are turned by angles that grow with their positions.

    (a_i, b_i) -> (a_i cos - b_i sin, a_i sin + b_i cos)    at the angle  p * 10000^(-2i/d)

Jianlin Su et al., RoFormer: enhanced transformer with rotary position embedding, 2021. The product of a turned query
and a turned key depends on the difference of their positions alone, so that any origin serves, and positions follow
from how many keys there are.

Legend: N positions, d width of a head; the pairs (a_i, b_i) are the head's two halves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

BASE = 10000.0


def rotary_angles(positions: int, width: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """(cos, sin) at positions 0 .. N-1, each (N, d / 2), in ``like``'s dtype and on its device."""
    frequency = BASE ** -torch.arange(0, 1, 2 / width, dtype=torch.float64, device=like.device)
    angle = torch.arange(positions, dtype=torch.float64, device=like.device)[:, None] * frequency
    return angle.cos().to(like.dtype), angle.sin().to(like.dtype)


def rotate(x_Nd: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn x (..., N, d) by the angles of its positions."""
    a, b = x_Nd.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1)
