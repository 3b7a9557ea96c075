"""A stack of residual blocks with the norm that stands after the last of them (pre-norm)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import nn

from rnnbench_models.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor


class ResidualStack(nn.Module):
    """Blocks ``(x_BTD, state) -> (y_BTD, state)``, then y = LN(x); the state is the tuple of theirs."""

    def __init__(self, width: int, blocks: Iterable[nn.Module]) -> None:
        super().__init__()
        self.blocks = Stack(blocks)
        self.norm = nn.LayerNorm(width)

    def forward(self, x_BTD: Tensor, state: tuple[Any, ...] | None = None) -> tuple[Tensor, tuple[Any, ...]]:
        """Read T steps on from ``state`` (None: from rest)."""
        x_BTD, after = self.blocks(x_BTD, state)
        return self.norm(x_BTD), after
