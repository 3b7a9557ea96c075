"""Recurrent layers that alternate with attention.

    x <- x + V cell(LN(x))              any installed recurrent cell
    x <- x + Attention(LN(x))           to the last C positions, in heads: see ``heads``
    y = LN(x)                           after the last block

After Stephen Merity, Single headed attention RNN: stop thinking with your head, 2019, and Soham De et al., Griffin:
mixing gated linear recurrences with local attention, 2024, without their feed-forward layers. Positions are not
encoded: the recurrent layers know the order, and they carry what is older than C = ``context`` positions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from torch import nn
from torch.nn import functional

from rnnbench import Family, Knob, Model, Role, check_fraction, check_whole
from rnnbench_models.cell import find_cell
from rnnbench_models.heads import SelfAttention, band
from rnnbench_models.initialisation import xavier
from rnnbench_models.residual import ResidualStack

if TYPE_CHECKING:
    from torch import Tensor

    from rnnbench_models.heads import Cache


@dataclass(frozen=True, kw_only=True)
class Alternating(Model):
    """Merity (2019), De et al. (2024). ``layers`` counts pairs of one recurrent layer and one of attention.

    ``cell_fields`` are the fields of ``cell`` other than its size and dropout; ``inner_width`` is its hidden width
    (None: the core's). Dropout falls on each branch.
    """

    name = "alternating"
    paper = "Merity 2019, Single headed attention RNN; De et al. 2024, Griffin"
    family = Family.RECURRENT_ATTENTION
    roles = frozenset({Role.CAUSAL})
    coarse = Knob("width", 2)  # two heads
    fine = Knob("inner_width", 1, 0.75, 1.25)

    cell: str = "lstm"
    cell_fields: dict[str, object] = field(default_factory=dict, hash=False)
    layers: int = 2
    heads: int = 2
    context: int = 128
    dropout: float = 0.0
    inner_width: int | None = None

    def __post_init__(self) -> None:
        check_whole(self, "width", "layers", "heads", "context", "inner_width")
        check_fraction(self, "dropout")
        if self.width % self.heads:
            raise ValueError(f"width must be divisible by heads, {self.heads}, got {self.width}")
        self.parts()

    def build(self, role: Role) -> nn.Module:
        """The blocks: ``(x_BTD, state=None) -> (y_BTD, state)``; the state is (the cell's, keys and values) a block."""
        return ResidualStack(self.width, (AlternatingBlock(self) for _ in range(self.layers)))

    def parts(self) -> dict[str, Model]:
        """The cell."""
        return {"cell": find_cell(self.cell, self.cell_fields, self)}


class AlternatingBlock(nn.Module):
    """One recurrent layer, then one of attention."""

    def __init__(self, model: Alternating) -> None:
        super().__init__()
        width, inner = model.width, model.inner_width or model.width
        gain = (2 * model.layers) ** -0.5  # the sum over all branches starts at unit scale
        self.recurrent_norm = nn.LayerNorm(width)
        self.recurrent = model.parts()["cell"].layer(width, inner)
        self.V = xavier(inner, width, gain=gain, bias=False)
        self.attention_norm = nn.LayerNorm(width)
        self.attention = SelfAttention(width, model.heads, gain, rotary=False)
        self.context = model.context
        self.dropout = model.dropout

    def forward(self, x_BTD: Tensor, state: tuple[Any, Cache] | None = None) -> tuple[Tensor, tuple[Any, Cache]]:
        """Read T steps on from the state; the cache keeps the last C - 1 positions."""
        recurrent, cache = state or (None, None)
        h_BTH, recurrent = self.recurrent(self.recurrent_norm(x_BTD), recurrent)
        x_BTD = x_BTD + self._drop(self.V(h_BTH))
        steps, past = x_BTD.shape[1], 0 if cache is None else cache[0].shape[2]
        mask_TN = band(steps, past, self.context, x_BTD.device)
        y_BTD, (k, v) = self.attention(self.attention_norm(x_BTD), mask_TN, cache)
        keep = max(0, past + steps - (self.context - 1))
        return x_BTD + self._drop(y_BTD), (recurrent, (k[:, :, keep:], v[:, :, keep:]))

    def _drop(self, branch_BTD: Tensor) -> Tensor:
        return functional.dropout(branch_BTD, self.dropout, self.training)
