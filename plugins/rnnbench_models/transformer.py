"""The Transformer, pre-norm with rotary positions by default.

    Attention(Q, K, V) = softmax(Q K^T / sqrt(d)) V             for each of the heads, d = D / heads
    x <- x + Attention(LN(x))                                   self-attention; Q and K turned by their positions
    x <- x + Attention(LN(x), memory)                           cross-attention, in the decoder of a SEQ2SEQ core
    x <- x + W_2 gelu(W_1 LN(x) + b_1) + b_2
    y = LN(x)                                                   after the last block

With norm ``post`` a branch F is followed by its norm, x <- LN(x + F(x)), and y = x. Ashish Vaswani et al., Attention is
all you need, NeurIPS 2017, is ``post`` with ``sinusoidal`` positions; the norm before each branch is Xiong et al. 2020,
rotary positions are Su et al. 2021. The cores do without the embeddings, which are the harness's.

Absolute positions are added to each step before the first block, and nothing is turned:

    x_p <- sqrt(D) x_p + P_p                    sqrt(D) brings a token's vector, of length one, to the size of P's
    P_{p,2i} = sin(p * 10000^(-2i/D)),    P_{p,2i+1} = cos(p * 10000^(-2i/D))           ``sinusoidal``, section 3.5
    P a table of parameters                                             ``learned``, Gehring et al., ICML 2017

A causal core attends to a band of C = ``context`` positions, its own and the C - 1 before it, whether it reads a
sequence whole or in pieces. Its state is each layer's keys (not yet turned) and values of the last C - 1 positions.
Absolute positions are counted from the cache, which therefore keeps all of them: good for decoding a sentence, but not
for an endless text, where such a core carries no state.

Legend: H heads, d width of a head, N keys or positions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch
from torch import nn
from torch.nn import functional

from rnnbench import Family, Knob, Model, Role, check_choices, check_fraction, check_whole
from rnnbench_models.heads import BASE, CrossAttention, SelfAttention, band
from rnnbench_models.initialisation import xavier
from rnnbench_models.padding import max_valid, mean_valid, valid_steps, zero_padding

if TYPE_CHECKING:
    from torch import Tensor

    from rnnbench_models.heads import Cache

Positions = Literal["rotary", "sinusoidal", "learned"]


@dataclass(frozen=True, kw_only=True)
class Transformer(Model):
    """Vaswani et al. (2017), pre-norm and rotary by default.

    ``feedforward`` of None is 4 D; dropout falls on each branch. ``summary`` is what an encoder says of a row: the mean
    or the largest of its outputs, or the first of them. ``context`` is also how many positions can be ``learned``.
    """

    name = "transformer"
    paper = "Vaswani et al. 2017, Attention is all you need; Su et al. 2021, RoFormer"
    family = Family.ATTENTION
    roles = frozenset({Role.CAUSAL, Role.ENCODER, Role.SEQ2SEQ})
    coarse = Knob("width", 4)  # two heads of an even width each
    fine = Knob("feedforward", 1, 2.0, 6.0)

    heads: int = 2
    layers: int = 2
    feedforward: int | None = None
    context: int = 128
    dropout: float = 0.0
    norm: Literal["pre", "post"] = "pre"
    positions: Positions = "rotary"
    summary: Literal["mean", "max", "first"] = "mean"

    def __post_init__(self) -> None:
        check_whole(self, "width", "heads", "layers", "feedforward", "context")
        check_fraction(self, "dropout")
        check_choices(self)
        if self.width % (2 * self.heads):
            raise ValueError(
                f"width must be divisible by {2 * self.heads}: {self.heads} heads, each of an even width "
                f"(positions go in pairs), got {self.width}"
            )

    @property
    def carries_state(self) -> bool:
        """Whether a causal core hands its state on: absolute positions start anew in each segment."""
        return self.positions == "rotary"

    def build(self, role: Role) -> nn.Module:
        """The core of that role; see :class:`rnnbench.Role` for its signature."""
        match role:
            case Role.CAUSAL:
                return CausalTransformer(self)
            case Role.ENCODER:
                return TransformerEncoder(self)
            case Role.SEQ2SEQ:
                return TransformerSeq2Seq(self)


class CausalTransformer(nn.Module):
    """CAUSAL: ``(x_BTD, state=None) -> (y_BTD, state)``; the state is a (keys, values) of (H, B, N, d) a layer."""

    def __init__(self, model: Transformer, cross: bool = False) -> None:
        super().__init__()
        self.positions = absolute_positions(model.positions, model.context, model.width)
        self.blocks = nn.ModuleList(Block(model, cross) for _ in range(model.layers))
        self.norm = last_norm(model)
        self.context = model.context

    def forward(
        self,
        x_BTD: Tensor,
        state: tuple[Cache, ...] | None = None,
        memory: tuple[tuple[Cache, ...], Tensor] | None = None,
    ) -> tuple[Tensor, tuple[Cache, ...]]:
        """Read T steps on from the cache; ``memory`` is (each block's keys and values, their mask)."""
        steps, past = x_BTD.shape[1], 0 if state is None else state[0][0].shape[2]
        mask_TN = band(steps, past, self.context, x_BTD.device)
        keep = 0
        if self.positions is None:
            keep = max(0, past + steps - (self.context - 1))
        else:
            x_BTD = self.positions(x_BTD, past)
        after = []
        for index, block in enumerate(self.blocks):
            crossed = None if memory is None else (memory[0][index], memory[1])
            x_BTD, (k, v) = block(x_BTD, mask_TN, None if state is None else state[index], crossed)
            after.append((k[:, :, keep:], v[:, :, keep:]))
        return self.norm(x_BTD), tuple(after)

    def project(self, source_BSD: Tensor) -> tuple[Cache, ...]:
        """What each block's cross-attention keeps of the source."""
        return tuple(block.cross.project(source_BSD) for block in self.blocks)  # type: ignore[union-attr,operator]


class TransformerEncoder(nn.Module):
    """ENCODER: ``(x_BSD, lengths_B) -> (y_BSD, summary_BD)``."""

    def __init__(self, model: Transformer) -> None:
        super().__init__()
        self.positions = absolute_positions(model.positions, model.context, model.width)
        self.blocks = nn.ModuleList(Block(model) for _ in range(model.layers))
        self.norm = last_norm(model)
        self.summary = model.summary

    def forward(self, x_BSD: Tensor, lengths_B: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read whole rows; y is zero at padding."""
        mask = None if lengths_B is None else valid_steps(x_BSD, lengths_B)[None, :, None]
        if self.positions is not None:
            x_BSD = self.positions(x_BSD, 0)
        for block in self.blocks:
            x_BSD, _ = block(x_BSD, mask)
        y_BSD = zero_padding(self.norm(x_BSD), lengths_B)
        return y_BSD, self._summarise(y_BSD, lengths_B)

    def _summarise(self, y_BSD: Tensor, lengths_B: Tensor | None) -> Tensor:
        match self.summary:
            case "mean":
                return mean_valid(y_BSD, lengths_B)
            case "max":
                return max_valid(y_BSD, lengths_B)
            case "first":
                return y_BSD[:, 0]


class TransformerSeq2Seq(nn.Module):
    """SEQ2SEQ: the memory is each decoder block's keys and values of the source, (B, H, S, d), and its mask (B, S)."""

    def __init__(self, model: Transformer) -> None:
        super().__init__()
        self.encoder = TransformerEncoder(model)
        self.decoder = CausalTransformer(model, cross=True)

    def encode(self, x_BSD: Tensor, lengths_B: Tensor | None = None) -> tuple[tuple[Cache, ...], Tensor]:
        """Read the source and project it for every decoder block, once for all steps to come."""
        y_BSD, _ = self.encoder(x_BSD, lengths_B)
        return self.decoder.project(y_BSD), valid_steps(x_BSD, lengths_B)

    def decode(
        self, y_BTD: Tensor, memory: tuple[tuple[Cache, ...], Tensor], state: tuple[Cache, ...] | None = None
    ) -> tuple[Tensor, tuple[Cache, ...]]:
        """Read T target steps on from the cache, attending to the source."""
        projected, valid_BS = memory
        sources = tuple((k.transpose(0, 1), v.transpose(0, 1)) for k, v in projected)
        z_BTD, after = self.decoder(y_BTD, state, (sources, valid_BS[None, :, None]))
        return z_BTD, after


class Block(nn.Module):
    """Self-attention, cross-attention if asked for, feed-forward, with the norm of each before or after it."""

    def __init__(self, model: Transformer, cross: bool = False) -> None:
        super().__init__()
        branches = model.layers * (3 if cross else 2)
        gain = branches**-0.5 if model.norm == "pre" else 1.0  # the sum over all branches starts at unit scale
        self.self_norm = nn.LayerNorm(model.width)
        self.self_attention = SelfAttention(model.width, model.heads, gain, rotary=model.positions == "rotary")
        self.cross_norm = nn.LayerNorm(model.width) if cross else None
        self.cross = CrossAttention(model.width, model.heads, gain) if cross else None
        self.feedforward_norm = nn.LayerNorm(model.width)
        self.feedforward = FeedForward(model.width, model.feedforward or 4 * model.width, gain)
        self.dropout = model.dropout
        self.pre = model.norm == "pre"

    def forward(
        self,
        x_BTD: Tensor,
        mask: Tensor | None,
        cache: Cache | None = None,
        memory: tuple[Cache, Tensor] | None = None,
    ) -> tuple[Tensor, Cache]:
        """The block's output, and the keys and values of all positions it attended to."""
        y_BTD, keys_values = self.self_attention(self._before(self.self_norm, x_BTD), mask, cache)
        x_BTD = self._after(self.self_norm, x_BTD, y_BTD)
        if self.cross is not None and self.cross_norm is not None:
            y_BTD = self.cross(self._before(self.cross_norm, x_BTD), memory)
            x_BTD = self._after(self.cross_norm, x_BTD, y_BTD)
        y_BTD = self.feedforward(self._before(self.feedforward_norm, x_BTD))
        return self._after(self.feedforward_norm, x_BTD, y_BTD), keys_values

    def _before(self, norm: nn.Module, x_BTD: Tensor) -> Tensor:
        """What a branch reads."""
        return norm(x_BTD) if self.pre else x_BTD

    def _after(self, norm: nn.Module, x_BTD: Tensor, branch_BTD: Tensor) -> Tensor:
        """The sum of x and its branch."""
        x_BTD = x_BTD + functional.dropout(branch_BTD, self.dropout, self.training)
        return x_BTD if self.pre else norm(x_BTD)


class FeedForward(nn.Module):
    """W_2 gelu(W_1 x + b_1) + b_2."""

    def __init__(self, width: int, hidden: int, gain: float) -> None:
        super().__init__()
        self.up = xavier(width, hidden)
        self.down = xavier(hidden, width, gain=gain)

    def forward(self, x_BTD: Tensor) -> Tensor:
        """Position by position."""
        y_BTD: Tensor = self.down(functional.gelu(self.up(x_BTD)))
        return y_BTD


def last_norm(model: Transformer) -> nn.Module:
    """The norm after the last block; a block with its norms behind its branches needs none."""
    return nn.LayerNorm(model.width) if model.norm == "pre" else nn.Identity()


class SinusoidalPositions(nn.Module):
    """Any number of positions, of an even width."""

    def forward(self, x_BTD: Tensor, past: int) -> Tensor:
        """Say that the first of T steps is at position ``past``."""
        width = x_BTD.shape[2]
        return math.sqrt(width) * x_BTD + sinusoids(past + x_BTD.shape[1], width, like=x_BTD)[past:]


class LearnedPositions(nn.Module):
    """A table of ``positions`` positions."""

    def __init__(self, positions: int, width: int) -> None:
        super().__init__()
        self.table_ND = nn.Parameter(torch.empty(positions, width))
        nn.init.normal_(self.table_ND)

    def forward(self, x_BTD: Tensor, past: int) -> Tensor:
        """Say that the first of T steps is at position ``past``.

        Raises:
            ValueError: the table ends before the last step.
        """
        positions, width = self.table_ND.shape
        end = past + x_BTD.shape[1]
        if end > positions:
            raise ValueError(
                f"learned positions end at context {positions}, and the sequence has {end} steps: raise context, or "
                "use rotary or sinusoidal positions"
            )
        return math.sqrt(width) * x_BTD + self.table_ND[past:end]


def sinusoids(positions: int, width: int, like: Tensor) -> Tensor:
    """P at positions 0 .. N-1, (N, D), in ``like``'s dtype and on its device."""
    frequency = BASE ** -torch.arange(0, 1, 2 / width, dtype=torch.float64, device=like.device)
    angle = torch.arange(positions, dtype=torch.float64, device=like.device)[:, None] * frequency
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1).to(like.dtype)


def absolute_positions(kind: Positions, context: int, width: int) -> nn.Module | None:
    """The module ``(x_BTD, past) -> x_BTD`` of that kind; None for rotary ones, which attention itself applies."""
    match kind:
        case "rotary":
            return None
        case "sinusoidal":
            return SinusoidalPositions()
        case "learned":
            return LearnedPositions(context, width)
