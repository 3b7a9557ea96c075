"""Bidirectional recurrent network, of any installed recurrent cell.

    forward_t  = cell(x_t, forward_{t-1})       t = 1 .. S
    backward_t = cell'(x_t, backward_{t+1})     t = S .. 1
    y_t = [forward_t ; backward_t]

Mike Schuster and Kuldip K. Paliwal, Bidirectional recurrent neural networks, IEEE Transactions on Signal Processing
45(11), 1997. S is each row's own length. Each direction is half as wide as the layer, and the next layer reads both.
The summary of a row is [forward_S ; backward_1], what each direction says after having read all of it (``ends``), or
the mean or the largest of its y_t, unit by unit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import torch
from torch import nn

from rnnbench import Family, Knob, Model, Role, check_choices, check_fraction, check_whole
from rnnbench_models.cell import find_cell
from rnnbench_models.dropout import DropoutKind, LayerDropout
from rnnbench_models.padding import last_valid, max_valid, mean_valid, reverse_valid, zero_padding
from rnnbench_models.stack import layer_widths

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class Bidirectional(Model):
    """Schuster and Paliwal (1997). ``cell_fields`` are the fields of ``cell`` other than its size and dropout."""

    name = "bidirectional"
    paper = "Schuster and Paliwal 1997, Bidirectional recurrent neural networks"
    family = Family.RECURRENT
    roles = frozenset({Role.ENCODER})
    coarse = Knob("width", 2)
    fine = Knob("inner_width", 2, 0.75, 1.25)

    cell: str = "lstm"
    cell_fields: dict[str, object] = field(default_factory=dict, hash=False)
    layers: int = 2
    dropout: float = 0.0
    dropout_kind: DropoutKind = "standard"
    inner_width: int | None = None
    summary: Literal["ends", "mean", "max"] = "ends"

    def __post_init__(self) -> None:
        check_whole(self, "width", "inner_width", low=2, multiple_of=2)
        check_whole(self, "layers")
        check_fraction(self, "dropout")
        check_choices(self)
        self.decoder()

    def build(self, role: Role) -> nn.Module:
        """The encoder: ``(x_BSD, lengths_B) -> (y_BSD, summary_BD)``."""
        cell = self.decoder()
        widths = layer_widths(self.layers, self.width, self.inner_width)
        layers = (BidirectionalLayer(cell.layer(i, o // 2), cell.layer(i, o // 2)) for i, o in widths)
        return BidirectionalEncoder(layers, self)

    def parts(self) -> dict[str, Model]:
        """The cell."""
        return {"cell": self.decoder()}

    def decoder(self) -> Model:
        """The cell's model of the same width and layers: nothing else here could decode."""
        return find_cell(self.cell, self.cell_fields, self)


class BidirectionalLayer(nn.Module):
    """Two causal layers, one reading each row from its end."""

    def __init__(self, forward: nn.Module, backward: nn.Module) -> None:
        super().__init__()
        self.forwards = forward
        self.backwards = backward

    def forward(self, x_BSI: Tensor, lengths_B: Tensor | None) -> tuple[Tensor, Tensor]:
        """The two halves of y, (B, S, O / 2) each; what stands at padding is noise that no valid step reads."""
        forward_BSH, _ = self.forwards(x_BSI)
        backward_BSH, _ = self.backwards(reverse_valid(x_BSI, lengths_B))
        return forward_BSH, reverse_valid(backward_BSH, lengths_B)


class BidirectionalEncoder(nn.Module):
    """Bidirectional layers with dropout between them."""

    def __init__(self, layers: Iterable[nn.Module], model: Bidirectional) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.dropout = LayerDropout(model.dropout, model.dropout_kind)
        self.summary = model.summary

    def forward(self, x_BSD: Tensor, lengths_B: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read whole rows; y is zero at padding."""
        forward_BSH = backward_BSH = x_BSD
        for index, layer in enumerate(self.layers):
            if index:
                x_BSD = self.dropout(x_BSD, index)
            forward_BSH, backward_BSH = layer(x_BSD, lengths_B)
            x_BSD = torch.cat((forward_BSH, backward_BSH), dim=-1)
        y_BSD = zero_padding(x_BSD, lengths_B)
        match self.summary:
            case "ends":
                summary_BD = torch.cat((last_valid(forward_BSH, lengths_B), backward_BSH[:, 0]), dim=-1)
            case "mean":
                summary_BD = mean_valid(y_BSD, lengths_B)
            case "max":
                summary_BD = max_valid(y_BSD, lengths_B)
        return y_BSD, summary_BD
