"""The Transformer, pre-norm, with rotary positions.

    Attention(Q, K, V) = softmax(Q K^T / sqrt(d)) V             for each of the heads, d = D / heads
    x <- x + Attention(LN(x))                                   self-attention; Q and K turned by their positions
    x <- x + Attention(LN(x), memory)                           cross-attention, in the decoder of a SEQ2SEQ core
    x <- x + W_2 gelu(W_1 LN(x) + b_1) + b_2
    y = LN(x)                                                   after the last block

Ashish Vaswani et al., Attention is all you need, NeurIPS 2017; the norm before each branch is Xiong et al. 2020,
rotary positions are Su et al. 2021 (``rotary``). The cores do without the embeddings, which are the harness's.

A causal core attends to a band of C = ``context`` positions, its own and the C - 1 before it, whether it reads a
sequence whole or in pieces. Its state is each layer's keys (not yet turned) and values of the last C - 1 positions.

Legend: H heads, d width of a head, N keys, F feed-forward width.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import nn
from torch.nn import functional

from rnnbench import Family, Knob, Model, Role
from rnnbench_models.checks import check_fraction, check_role, check_whole
from rnnbench_models.padding import valid_steps, zero_padding
from rnnbench_models.rotary import rotary_angles, rotate

if TYPE_CHECKING:
    from torch import Tensor

    Cache = tuple[Tensor, Tensor]


@dataclass(frozen=True, kw_only=True)
class Transformer(Model):
    """Vaswani et al. (2017), pre-norm, rotary. ``feedforward`` of None is 4 D; dropout falls on each branch."""

    name = "transformer"
    paper = "Vaswani et al. 2017, Attention is all you need; Su et al. 2021, RoFormer"
    family: ClassVar[Family] = Family.ATTENTION
    roles: ClassVar[frozenset[Role]] = frozenset({Role.CAUSAL, Role.ENCODER, Role.SEQ2SEQ})
    coarse: ClassVar[Knob] = Knob("width", 4)  # two heads of an even width each
    fine: ClassVar[Knob | None] = Knob("feedforward", 1, 2.0, 4.0, 6.0)

    heads: int = 2
    layers: int = 2
    feedforward: int | None = None
    context: int = 128
    dropout: float = 0.0

    def __post_init__(self) -> None:
        check_whole(self, "width", "heads", "layers", "feedforward", "context")
        check_fraction(self, "dropout")
        if self.width % (2 * self.heads):
            raise ValueError(
                f"width must be divisible by {2 * self.heads}: {self.heads} heads, each of an even width for the "
                f"rotary positions, got {self.width}"
            )

    def build(self, role: Role) -> nn.Module:
        """The core of that role; see :class:`rnnbench.Role` for its signature."""
        check_role(self, role)
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
        self.blocks = nn.ModuleList(Block(model, cross) for _ in range(model.layers))
        self.norm = nn.LayerNorm(model.width)
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
        keep = max(0, past + steps - (self.context - 1))
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
    """ENCODER: ``(x_BSD, lengths_B) -> (y_BSD, summary_BD)``; the summary is the mean of the valid outputs."""

    def __init__(self, model: Transformer) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(model) for _ in range(model.layers))
        self.norm = nn.LayerNorm(model.width)

    def forward(self, x_BSD: Tensor, lengths_B: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read whole rows; y is zero at padding."""
        valid_BS = valid_steps(x_BSD, lengths_B)
        mask = None if lengths_B is None else valid_BS[None, :, None]
        for block in self.blocks:
            x_BSD, _ = block(x_BSD, mask)
        y_BSD = zero_padding(self.norm(x_BSD), lengths_B)
        return y_BSD, y_BSD.sum(1) / valid_BS.sum(1, keepdim=True)


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
    """Self-attention, cross-attention if asked for, feed-forward: each normed before and added after."""

    def __init__(self, model: Transformer, cross: bool = False) -> None:
        super().__init__()
        gain = (model.layers * (3 if cross else 2)) ** -0.5  # the sum over all branches starts at unit scale
        self.self_norm = nn.LayerNorm(model.width)
        self.self_attention = SelfAttention(model.width, model.heads, gain)
        self.cross_norm = nn.LayerNorm(model.width) if cross else None
        self.cross = CrossAttention(model.width, model.heads, gain) if cross else None
        self.feedforward_norm = nn.LayerNorm(model.width)
        self.feedforward = FeedForward(model.width, model.feedforward or 4 * model.width, gain)
        self.dropout = model.dropout

    def forward(
        self,
        x_BTD: Tensor,
        mask: Tensor | None,
        cache: Cache | None = None,
        memory: tuple[Cache, Tensor] | None = None,
    ) -> tuple[Tensor, Cache]:
        """The block's output, and the keys and values of all positions it attended to."""
        y_BTD, keys_values = self.self_attention(self.self_norm(x_BTD), mask, cache)
        x_BTD = x_BTD + self._dropped(y_BTD)
        if self.cross is not None and self.cross_norm is not None:
            x_BTD = x_BTD + self._dropped(self.cross(self.cross_norm(x_BTD), memory))
        return x_BTD + self._dropped(self.feedforward(self.feedforward_norm(x_BTD))), keys_values

    def _dropped(self, branch_BTD: Tensor) -> Tensor:
        return functional.dropout(branch_BTD, self.dropout, self.training)


class SelfAttention(nn.Module):
    """Attention of positions to each other, with rotary positions."""

    kernel = "SDPA"

    def __init__(self, width: int, heads: int, gain: float) -> None:
        super().__init__()
        self.query_key_value = matrix(width, width, blocks=3)
        self.output = matrix(width, width, gain=gain)
        self.heads = heads

    def forward(self, x_BTD: Tensor, mask: Tensor | None, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """``mask`` (H or 1, B or 1, T or 1, N) is true where a position may look; the cache's keys come first."""
        q, k, v = (split_heads(part, self.heads) for part in self.query_key_value(x_BTD).chunk(3, dim=-1))
        if cache is not None:
            k, v = torch.cat((cache[0], k), dim=2), torch.cat((cache[1], v), dim=2)
        keys = k.shape[2]
        cos, sin = rotary_angles(keys, k.shape[3], like=k)
        first = keys - q.shape[2]
        y = functional.scaled_dot_product_attention(rotate(q, cos[first:], sin[first:]), rotate(k, cos, sin), v, mask)
        return self.output(merge_heads(y)), (k, v)


class CrossAttention(nn.Module):
    """Attention of target positions to the source; which source position is which, its encoder has said."""

    kernel = "SDPA"

    def __init__(self, width: int, heads: int, gain: float) -> None:
        super().__init__()
        self.query = matrix(width, width)
        self.key_value = matrix(width, width, blocks=2)
        self.output = matrix(width, width, gain=gain)
        self.heads = heads

    def project(self, source_BSD: Tensor) -> Cache:
        """Keys and values of the source, (B, H, S, d) each: memory has its batch first."""
        k, v = (split_heads(part, self.heads).transpose(0, 1) for part in self.key_value(source_BSD).chunk(2, dim=-1))
        return k, v

    def forward(self, x_BTD: Tensor, memory: tuple[Cache, Tensor]) -> Tensor:
        """``memory``: (keys, values) of (H, B, S, d), and the mask (1, B, 1, S)."""
        (k, v), mask = memory
        y = functional.scaled_dot_product_attention(split_heads(self.query(x_BTD), self.heads), k, v, mask)
        output_BTD: Tensor = self.output(merge_heads(y))
        return output_BTD


class FeedForward(nn.Module):
    """W_2 gelu(W_1 x + b_1) + b_2."""

    def __init__(self, width: int, hidden: int, gain: float) -> None:
        super().__init__()
        self.up = matrix(width, hidden, bias=True)
        self.down = matrix(hidden, width, bias=True, gain=gain)

    def forward(self, x_BTD: Tensor) -> Tensor:
        """Position by position."""
        y_BTD: Tensor = self.down(functional.gelu(self.up(x_BTD)))
        return y_BTD


def matrix(inputs: int, outputs: int, *, blocks: int = 1, bias: bool = False, gain: float = 1.0) -> nn.Linear:
    """``blocks`` linear maps side by side, each with Xavier weights of its own; biases start at zero."""
    linear = nn.Linear(inputs, blocks * outputs, bias=bias)
    for block in linear.weight.detach().chunk(blocks):
        nn.init.xavier_uniform_(block, gain=gain)
    if bias:
        nn.init.zeros_(linear.bias)
    return linear


def band(steps: int, past: int, context: int, device: torch.device) -> Tensor | None:
    """Which of past + T keys each of T steps sees: the last ``context``, its own the last. (T, N); None: all."""
    if steps == 1:
        return None  # the cache holds no more than it may see
    everything = torch.ones(steps, past + steps, dtype=torch.bool, device=device)
    return everything.tril(past).triu(past - context + 1)


def split_heads(x_BTD: Tensor, heads: int) -> Tensor:
    """(B, T, D) -> (H, B, T, d): state has its batch in dimension 1."""
    batch, steps, width = x_BTD.shape
    return x_BTD.view(batch, steps, heads, width // heads).permute(2, 0, 1, 3)


def merge_heads(x_HBTd: Tensor) -> Tensor:
    """(H, B, T, d) -> (B, T, D)."""
    return x_HBTd.permute(1, 2, 0, 3).flatten(2)
