"""minGRU and minLSTM of minGRU-pytorch, in the residual blocks with a norm before them that its language model has.

    x <- x + V min(LN(x))           V from the inner width back to D
    y = LN(x)                       after the last block

Leo Feng et al., Were RNNs all we needed?, 2024, in the log-space form: the hidden state is positive. The library's
layers take and give a hidden state. Its minLSTM passes the one that it is given through its positive function g once
more where it reads several steps, and not where it reads one: whole and pieces differ. It is therefore never given one.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional

from rnnbench import Knob, Role, check_whole
from rnnbench_modern.library_model import LibraryModel
from rnnbench_modern.rereading import Rereading

if TYPE_CHECKING:
    from torch import Tensor

LIBRARY = "minGRU-pytorch"


@dataclass(frozen=True, kw_only=True)
class Minimal(LibraryModel):
    """``inner_width`` is the layers' hidden width (None: the core's)."""

    paper = "Feng et al. 2024, Were RNNs all we needed?; the code of minGRU-pytorch"
    requires = ("minGRU_pytorch",)
    fine = Knob("inner_width", 1, 0.75, 1.25)

    inner_width: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, "inner_width")

    def stack(self, layer: type[nn.Module]) -> MinimalStack:
        """The blocks of the library's ``layer``."""
        factor = ((self.inner_width or self.width) + 0.5) / self.width  # the library rounds down
        layers = [layer(self.width, expansion_factor=factor, proj_out=True) for _ in range(self.layers)]
        return MinimalStack(self.width, layers, self.dropout)


@dataclass(frozen=True, kw_only=True)
class MinGRUPytorch(Minimal):
    """Feng et al. (2024): minGRU in log space."""

    name = "mingru-pytorch"

    def build(self, role: Role) -> nn.Module:
        """The core: ``(x_BTD, state=None) -> (y_BTD, state)``; a layer's state is h, (1, B, inner width)."""
        from minGRU_pytorch.minGRU import minGRU

        return Carrying(self.stack(minGRU))


@dataclass(frozen=True, kw_only=True)
class MinLSTMPytorch(Minimal):
    """Feng et al. (2024): minLSTM in log space."""

    name = "minlstm-pytorch"
    carries_state = False

    context: int = 128

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, "context")

    def build(self, role: Role) -> nn.Module:
        """The core: ``(x_BTD, state=None) -> (y_BTD, state)``."""
        from minGRU_pytorch.minLSTM import minLSTM

        return Rereading(self.stack(minLSTM), LIBRARY, self.context)


class MinimalStack(nn.Module):
    """Residual blocks around the library's layers."""

    def __init__(self, width: int, layers: list[nn.Module], dropout: float) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in layers)
        self.norm = nn.LayerNorm(width)
        self.dropout = dropout

    def forward(self, x_BTD: Tensor) -> Tensor:
        """Read whole sequences."""
        y_BTD, _ = self.read(x_BTD, [None] * len(self.layers))
        return y_BTD

    def read(self, x_BTD: Tensor, hidden: Any) -> tuple[Tensor, list[Tensor]]:
        """Read on from each layer's hidden state, (B, 1, inner width), or None."""
        after = []
        for layer, norm, before in zip(self.layers, self.norms, hidden, strict=True):
            branch_BTD, last = layer(norm(x_BTD), before, return_next_prev_hidden=True)
            x_BTD = x_BTD + functional.dropout(branch_BTD, self.dropout, self.training)
            after.append(last)
        return self.norm(x_BTD), after


class Carrying(nn.Module):
    """The stack with its hidden states handed over, the batch in dimension 1."""

    def __init__(self, stack: MinimalStack) -> None:
        super().__init__()
        self.stack = stack
        self.kernel = f"{LIBRARY} {version(LIBRARY)}"

    def forward(self, x_BTD: Tensor, state: tuple[Tensor, ...] | None = None) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Read T steps on from ``state`` (None: from rest)."""
        hidden = [None] * len(self.stack.layers) if state is None else [h.transpose(0, 1) for h in state]
        y_BTD, after = self.stack.read(x_BTD, hidden)
        return y_BTD, tuple(torch.transpose(h, 0, 1) for h in after)
