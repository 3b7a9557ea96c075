"""Recurrent encoder-decoder with attention, of any installed recurrent cell.

    h_1 .. h_S = encoder(x_1 .. x_S)
    a_tj = softmax over j of score(query, h_j)
    c_t = sum over j of a_tj h_j

``bahdanau`` (Bahdanau, Cho and Bengio, Neural machine translation by jointly learning to align and translate, ICLR
2015) attends before the step, with the decoder's state before it:

    score(s_{t-1}, h_j) = v^T tanh(W s_{t-1} + U h_j + b)
    s_t = cell([y_t ; c_t], s_{t-1})
    z_t = tanh(W_c [s_t ; c_t] + b_c)

``luong-dot`` and ``luong-general`` (Luong, Pham and Manning, Effective approaches to attention-based neural machine
translation, EMNLP 2015) attend after it:

    s_t = cell(y_t, s_{t-1})        with input feeding: cell([y_t ; z_{t-1}], s_{t-1}), z_0 = 0
    score(s_t, h_j) = s_t^T h_j     or  s_t^T W h_j
    z_t = tanh(W_c [s_t ; c_t] + b_c)

``luong-local`` (section 3.2 there, local-p: predictive alignment) is ``luong-general`` within a window of w source
steps on either side of a predicted position, S being the source's length (``local_attention``):

    p_t = S sigmoid(v^T tanh(W_p s_t))
    a_tj = softmax over |j - p_t| <= w of score(s_t, h_j), times exp(-(j - p_t)^2 / (2 (w / 2)^2))

The decoder starts, for whatever cell, in the state that its layers are in after they have read one step: a learned
linear map of the encoder's summary. s_0 is their output at that step. (In the papers the state itself is such a map;
what a state is made of, only the cell knows.)

Legend: A width of the additive score's hidden layer (= D).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import torch
from torch import nn
from torch.nn import functional

from rnnbench import Family, Knob, Model, Role, check_choices, check_fraction, check_whole
from rnnbench_models.bidirectional import Bidirectional
from rnnbench_models.cell import SHARED, find_cell
from rnnbench_models.dropout import DropoutKind
from rnnbench_models.initialisation import xavier
from rnnbench_models.local_attention import LocalAttention
from rnnbench_models.padding import last_valid, valid_steps, zero_padding
from rnnbench_models.stack import Stack, layer_widths

if TYPE_CHECKING:
    from torch import Tensor

    from rnnbench_models.dropout import Masks


@dataclass(frozen=True, kw_only=True)
class AttentionSeq2Seq(Model):
    """Bahdanau et al. (2015), Luong et al. (2015).

    ``cell_fields`` are the fields of ``cell`` other than its size and dropout. ``layers`` counts for the encoder and
    for the decoder. ``input_feeding`` is Luong's; Bahdanau's decoder is always fed its context.
    ``half_width`` is the w of ``luong-local``. A ``variational`` mask is one for the source and one for the target.
    """

    name = "attention-seq2seq"
    paper = "Bahdanau et al. 2015, Jointly learning to align and translate; Luong et al. 2015, Effective approaches"
    family = Family.RECURRENT_ATTENTION
    roles = frozenset({Role.SEQ2SEQ})
    fine = Knob("inner_width", 1, 0.75, 1.25)

    cell: str = "lstm"
    cell_fields: dict[str, object] = field(default_factory=dict, hash=False)
    layers: int = 2
    attention: Literal["bahdanau", "luong-dot", "luong-general", "luong-local"] = "bahdanau"
    half_width: int = 10
    input_feeding: bool = False
    bidirectional_encoder: bool = False
    dropout: float = 0.0
    dropout_kind: DropoutKind = "standard"
    inner_width: int | None = None

    def __post_init__(self) -> None:
        check_whole(self, "width", "layers", "half_width", "inner_width")
        check_fraction(self, "dropout")
        check_choices(self)
        if self.input_feeding and self.attention == "bahdanau":
            raise ValueError("input_feeding is for Luong attention; Bahdanau's decoder is always fed its context")
        self._encoder_model()

    def build(self, role: Role) -> nn.Module:
        """The core: ``encode(x_BSD, lengths_B) -> memory``, ``decode(y_BTD, memory, state=None) -> (z_BTD, state)``."""
        source = self._encoder_model()
        encoder = source.build(Role.ENCODER) if self.bidirectional_encoder else CausalEncoder(source.build(Role.CAUSAL))
        decoder = BahdanauDecoder(self) if self.attention == "bahdanau" else LuongDecoder(self)
        return RecurrentSeq2Seq(encoder, decoder)

    def parts(self) -> dict[str, Model]:
        """The cell, and the bidirectional model where the encoder is one."""
        encoder = {"bidirectional_encoder": self._encoder_model()} if self.bidirectional_encoder else {}
        return {"cell": find_cell(self.cell, self.cell_fields, self), **encoder}

    def decoder_layers(self, inputs: int) -> Stack:
        """The decoder's recurrent layers, reading ``inputs`` values a step."""
        cell = find_cell(self.cell, self.cell_fields, self)
        widths = layer_widths(self.layers, self.width, self.inner_width, inputs)
        return Stack((cell.layer(i, o) for i, o in widths), self.dropout, self.dropout_kind)

    def _encoder_model(self) -> Model:
        if not self.bidirectional_encoder:
            return find_cell(self.cell, self.cell_fields, self)
        shared: dict[str, Any] = {name: getattr(self, name) for name in SHARED}
        return Bidirectional(cell=self.cell, cell_fields=self.cell_fields, **shared)


class Memory(NamedTuple):
    """What the decoder keeps of the source; ``keys_BSA`` is U h + b of the additive score, None for the others."""

    h_BSD: Tensor
    valid_BS: Tensor
    summary_BD: Tensor
    keys_BSA: Tensor | None


class BahdanauState(NamedTuple):
    """The state of the decoder's layers, and s_{t-1}, which asks."""

    layers: Any
    s_1BD: Tensor


class FedState(NamedTuple):
    """The state of the decoder's layers, and z_{t-1}, which is fed to them."""

    layers: Any
    z_1BD: Tensor


class RecurrentSeq2Seq(nn.Module):
    """SEQ2SEQ: an encoder, and a decoder that attends to it."""

    encoder_family = Family.RECURRENT

    def __init__(self, encoder: nn.Module, decoder: BahdanauDecoder | LuongDecoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def encode(self, x_BSD: Tensor, lengths_B: Tensor | None = None) -> Memory:
        """Read the source; what attention needs of it is computed once, for all steps to come.

        Args:
            x_BSD: the source, B x S x D.
            lengths_B: the valid steps of each row; None: all.
        """
        h_BSD, summary_BD = self.encoder(x_BSD, lengths_B)
        return Memory(h_BSD, valid_steps(x_BSD, lengths_B), summary_BD, self.decoder.keys(h_BSD))

    def decode(self, y_BTD: Tensor, memory: Memory, state: Any = None) -> tuple[Tensor, Any]:
        """Read T target steps.

        Args:
            y_BTD: their inputs, B x T x D.
            memory: what :meth:`encode` gave for the B sources.
            state: where to go on from; None: from the sources' summaries.

        Returns:
            z, B x T x D, and the state after the last step.
        """
        z_BTD, after = self.decoder(y_BTD, memory, state)
        return z_BTD, after


class CausalEncoder(nn.Module):
    """A causal core as an encoder; the summary is its last valid output."""

    def __init__(self, core: nn.Module) -> None:
        super().__init__()
        self.core = core

    def forward(self, x_BSD: Tensor, lengths_B: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read whole rows; y is zero at padding."""
        y_BSD, _ = self.core(x_BSD)
        return zero_padding(y_BSD, lengths_B), last_valid(y_BSD, lengths_B)


class BahdanauDecoder(nn.Module):
    """Attends, then steps."""

    def __init__(self, model: AttentionSeq2Seq) -> None:
        super().__init__()
        width = model.width
        self.layers = model.decoder_layers(2 * width)
        self.bridge = xavier(width, 2 * width)
        self.W = xavier(width, width, bias=False)
        self.U = xavier(width, width)
        self.v = xavier(width, 1, bias=False)
        self.W_c = xavier(2 * width, width)

    def keys(self, h_BSD: Tensor) -> Tensor:
        """U h + b, of shape (B, S, A)."""
        keys_BSA: Tensor = self.U(h_BSD)
        return keys_BSA

    def forward(
        self, y_BTD: Tensor, memory: Memory, state: BahdanauState | None = None
    ) -> tuple[Tensor, BahdanauState]:
        """See :meth:`RecurrentSeq2Seq.decode`."""
        masks: Masks = {}
        keys_BSA = memory.keys_BSA
        assert keys_BSA is not None
        if state is None:
            s_B1D, layers = self.layers(self.bridge(memory.summary_BD)[:, None], masks=masks)
        else:
            s_B1D, layers = state.s_1BD.transpose(0, 1), state.layers
        s_steps, c_steps = [], []
        for y_B1D in torch.split(y_BTD, 1, dim=1):
            c_B1D = self.weights(s_B1D, keys_BSA, memory.valid_BS) @ memory.h_BSD
            s_B1D, layers = self.layers(torch.cat((y_B1D, c_B1D), dim=-1), layers, masks)
            s_steps.append(s_B1D)
            c_steps.append(c_B1D)
        s_c_BT2D = torch.cat((torch.cat(s_steps, dim=1), torch.cat(c_steps, dim=1)), dim=-1)
        return torch.tanh(self.W_c(s_c_BT2D)), BahdanauState(layers, s_B1D.transpose(0, 1))

    def weights(self, s_B1D: Tensor, keys_BSA: Tensor, valid_BS: Tensor) -> Tensor:
        """a_tj of one step, (B, 1, S)."""
        score_BS: Tensor = self.v(torch.tanh(self.W(s_B1D) + keys_BSA))[..., 0]
        return score_BS.masked_fill(~valid_BS, -torch.inf).softmax(dim=-1)[:, None]


class LuongDecoder(nn.Module):
    """Steps, then attends; without input feeding all steps at once, and the state is the layers' own."""

    def __init__(self, model: AttentionSeq2Seq) -> None:
        super().__init__()
        width = model.width
        inputs = 2 * width if model.input_feeding else width
        self.layers = model.decoder_layers(inputs)
        self.bridge = xavier(width, inputs)
        self.W = xavier(width, width, bias=False) if model.attention != "luong-dot" else nn.Identity()
        self.local = LocalAttention(width, model.half_width) if model.attention == "luong-local" else None
        self.kernel = "SDPA" if self.local is None else None
        self.W_c = xavier(2 * width, width)
        self.input_feeding = model.input_feeding

    def keys(self, _: Tensor) -> None:
        """None but h itself: W turns the query, s^T W, and no second copy of the source is kept."""

    def forward(self, y_BTD: Tensor, memory: Memory, state: Any = None) -> tuple[Tensor, Any]:
        """See :meth:`RecurrentSeq2Seq.decode`."""
        masks: Masks = {}
        if not self.input_feeding:
            return self._step(y_BTD, memory, self._start(memory, masks) if state is None else state, masks)
        if state is None:
            state = FedState(self._start(memory, masks), torch.zeros_like(memory.summary_BD)[None])
        layers, z_B1D, z_steps = state.layers, state.z_1BD.transpose(0, 1), []
        for y_B1D in torch.split(y_BTD, 1, dim=1):
            z_B1D, layers = self._step(torch.cat((y_B1D, z_B1D), dim=-1), memory, layers, masks)
            z_steps.append(z_B1D)
        return torch.cat(z_steps, dim=1), FedState(layers, z_B1D.transpose(0, 1))

    def _start(self, memory: Memory, masks: Masks) -> Any:
        _, layers = self.layers(self.bridge(memory.summary_BD)[:, None], masks=masks)
        return layers

    def _step(self, x_BTI: Tensor, memory: Memory, layers: Any, masks: Masks) -> tuple[Tensor, Any]:
        """One step or many."""
        h_BSD, valid_BS = memory.h_BSD, memory.valid_BS
        s_BTD, layers = self.layers(x_BTI, layers, masks)
        query_BTD = self.W(s_BTD)
        if self.local is None:
            h_B1SD = h_BSD[:, None]  # one head
            c_B1TD = functional.scaled_dot_product_attention(
                query_BTD[:, None], h_B1SD, h_B1SD, valid_BS[:, None, None], scale=1.0
            )
            c_BTD = c_B1TD[:, 0]
        else:
            c_BTD = self.local(s_BTD, query_BTD @ h_BSD.transpose(1, 2), h_BSD, valid_BS)
        return torch.tanh(self.W_c(torch.cat((s_BTD, c_BTD), dim=-1))), layers
