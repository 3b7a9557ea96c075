"""What models of causal layers share: their sizes, the dropout between layers, and the stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench import Family, Knob, Model, Role, check_choices, check_fraction, check_whole
from rnnbench_models.dropout import DropoutKind
from rnnbench_models.stack import Stack, layer_widths

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, kw_only=True)
class Layered(Model):
    """A stack of ``layers`` causal layers; a subclass supplies one :meth:`layer`.

    ``dropout`` falls between layers, drawn for each step or once for all of them (see ``dropout``). ``inner_width`` is
    the output width of the layers before the last (None: the core's width).
    """

    family = Family.RECURRENT
    roles = frozenset({Role.CAUSAL})
    fine = Knob("inner_width", 1, 0.75, 1.25)

    layers: int = 2
    dropout: float = 0.0
    dropout_kind: DropoutKind = "standard"
    inner_width: int | None = None

    def __post_init__(self) -> None:
        check_whole(self, "width", "layers", "inner_width")
        check_fraction(self, "dropout")
        check_choices(self)

    def build(self, role: Role) -> nn.Module:
        """The stack: ``(x_BTD, state=None) -> (y_BTD, state)``."""
        widths = layer_widths(self.layers, self.width, self.inner_width)
        return Stack((self.layer(inputs, outputs) for inputs, outputs in widths), self.dropout, self.dropout_kind)
