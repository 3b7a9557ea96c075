"""A core that has no state to hand over, made causal by the contract: it reads all of its past once more.

The state is what was read so far, the last C = ``context`` steps at most. Up to there a whole is its pieces and a
decoder's loop is right, but quadratic: such a model declares ``carries_state = False``, and over a long text it starts
anew with each segment.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor


class Rereading(nn.Module):
    """``core`` maps (B, T, D) to (B, T, D) causally; ``library`` is the distribution that it is from."""

    def __init__(self, core: nn.Module, library: str, context: int) -> None:
        super().__init__()
        self.core = core
        self.context = context
        self.kernel = f"{library} {version(library)}"

    def forward(self, x_BTD: Tensor, past_CBD: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read T steps on from what was read (None: nothing)."""
        whole_BTD = x_BTD if past_CBD is None else torch.cat((past_CBD.transpose(0, 1), x_BTD), dim=1)
        y_BTD = self.core(whole_BTD)
        return y_BTD[:, -x_BTD.shape[1] :], whole_BTD[:, -self.context :].transpose(0, 1)
