"""The decoder of x-transformers: pre-norm, rotary positions, as the library builds it.

    x <- x + Attention(LN(x))           to every earlier position; Q and K turned by their positions
    x <- x + W_2 gelu(W_1 LN(x) + b_1) + b_2
    y = LN(x)                           after the last block

Its cache is made for sampling from a text that began with it, and is not used: the model starts anew with each segment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnbench import Family, Knob, Role, check_whole
from rnnbench_modern.library_model import LibraryModel
from rnnbench_modern.rereading import Rereading

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, kw_only=True)
class XTransformers(LibraryModel):
    """Vaswani et al. (2017) as x-transformers has it. ``feedforward`` of None is 4 D."""

    name = "x-transformers"
    paper = "Vaswani et al. 2017, Attention is all you need; the code of x-transformers"
    family = Family.ATTENTION
    requires = ("x_transformers",)
    carries_state = False
    coarse = Knob("width", 4)  # two heads of an even width each
    fine = Knob("feedforward", 1, 2.0, 6.0)

    heads: int = 2
    feedforward: int | None = None
    context: int = 128

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole(self, "heads", "feedforward", "context")
        check_whole(self, "width", multiple_of=2 * self.heads)
        if self.width < 4 * self.heads:  # the library's rotary positions divide by the head's width less two
            raise ValueError(f"width must be at least {4 * self.heads}, four for each of the heads, got {self.width}")

    def build(self, role: Role) -> nn.Module:
        """The core: ``(x_BTD, state=None) -> (y_BTD, state)``."""
        from x_transformers import Decoder

        head = self.width // self.heads
        decoder = Decoder(
            dim=self.width,
            depth=self.layers,
            heads=self.heads,
            attn_dim_head=head,
            attn_dropout=self.dropout,
            ff_mult=((self.feedforward or 4 * self.width) + 0.5) / self.width,  # the library rounds down
            ff_dropout=self.dropout,
            rotary_pos_emb=True,
            rotary_emb_dim=head,
            verbose=False,
        )
        return Rereading(decoder, "x-transformers", self.context)
