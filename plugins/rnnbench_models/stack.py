"""Causal layers on top of each other, with dropout between them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from torch import nn

from rnnbench_models.dropout import DropoutKind, LayerDropout

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor

    from rnnbench_models.dropout import Masks


def layer_widths(layers: int, width: int, inner_width: int | None, inputs: int | None = None) -> list[tuple[int, int]]:
    """(input, output) widths of each layer: ``inputs`` in, ``inner_width`` between the layers, D out; None means D."""
    inner = width if inner_width is None else inner_width
    edges = [width if inputs is None else inputs, *[inner] * (layers - 1), width]
    return list(itertools.pairwise(edges))


class Stack(nn.Module):
    """Layers ``(x_BTI, state) -> (y_BTO, state)`` as one core; its state is the tuple of theirs.

    Dropout is drawn here and not inside a kernel, so that it repeats from torch's seed on every device and for every
    architecture alike. It falls on the output of every layer but the last.
    """

    def __init__(self, layers: Iterable[nn.Module], dropout: float = 0.0, kind: DropoutKind = "standard") -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.dropout = LayerDropout(dropout, kind)

    def forward(
        self, x_BTD: Tensor, state: tuple[Any, ...] | None = None, masks: Masks | None = None
    ) -> tuple[Tensor, tuple[Any, ...]]:
        """Read T steps on from ``state`` (None: from rest); calls with the same ``masks`` read one sequence."""
        states = []
        for index, layer in enumerate(self.layers):
            if index:
                x_BTD = self.dropout(x_BTD, index, masks)
            x_BTD, after = layer(x_BTD, None if state is None else state[index])
            states.append(after)
        return x_BTD, tuple(states)
