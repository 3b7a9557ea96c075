"""Adapters: how a model serves in a role that it does not play itself.

A causal core serves as an encoder. An encoder and a causal core make a fixed-vector encoder-decoder. A
seq2seq core serves as an encoder; where only y is read, by its own encoder alone. All of them work at the cores' own
width D.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

from rnnbench.contract.models import Model, Role
from rnnbench.network.core import build_core
from rnnbench.network.rows import last_valid

if TYPE_CHECKING:
    from torch import Tensor

    from rnnbench.contract.ends import Reads, State
    from rnnbench.contract.models import Family

NATIVE = "native"
CAUSAL_AS_ENCODER = "causal as encoder"
FIXED_VECTOR = "fixed vector"
SEQ2SEQ_AS_ENCODER = "seq2seq as encoder"
ENCODER_OF_SEQ2SEQ = "encoder of seq2seq"


class CannotServe(Exception):
    """A model cannot serve in a role. The message is the reason, as a table prints it."""


def adapter_for(model: Model, role: Role, reads: Reads = "summary") -> str:
    """The name of the adapter by which ``model`` serves in ``role``, decided without building anything.

    Args:
        model: the model.
        role: what is asked of it.
        reads: what is read of an encoder.

    Raises:
        CannotServe: there is no way.
    """
    if (missing := model.missing()) is not None:
        raise CannotServe(missing)
    roles = model.roles
    if role in roles:
        return NATIVE
    if role is Role.CAUSAL:
        raise CannotServe("there is no source" if Role.SEQ2SEQ in roles else "sees the future")
    if role is Role.SEQ2SEQ:
        _decoder_of(model)
        return FIXED_VECTOR
    if Role.CAUSAL in roles:
        return CAUSAL_AS_ENCODER
    return ENCODER_OF_SEQ2SEQ if reads == "y" else SEQ2SEQ_AS_ENCODER


def adapt(model: Model, role: Role, reads: Reads = "summary") -> tuple[nn.Module, int, int]:
    """A core that plays ``role``, the width of its (source) inputs and the width of its (target inputs and) outputs.

    Raises:
        CannotServe: see :func:`adapter_for`.
    """
    adapter = adapter_for(model, role, reads)
    width = model.width
    if adapter == NATIVE:
        return build_core(model, role), width, width
    if adapter == CAUSAL_AS_ENCODER:
        return CausalAsEncoder(build_core(model, Role.CAUSAL)), width, width
    if adapter == SEQ2SEQ_AS_ENCODER:
        return Seq2SeqAsEncoder(_with_encoder(build_core(model, Role.SEQ2SEQ)), width), width, width
    if adapter == ENCODER_OF_SEQ2SEQ:
        return EncoderOfSeq2Seq(_with_encoder(build_core(model, Role.SEQ2SEQ)), model.family), width, width
    encoder, _, _ = adapt(model, Role.ENCODER)
    second = _decoder_of(model)
    return FixedVector(encoder, build_core(second, Role.CAUSAL), width, second.width), width, second.width


def _with_encoder(core: nn.Module) -> nn.Module:
    """A seq2seq core that names its encoder, as the role asks."""
    if not hasattr(core, "encoder"):
        raise CannotServe("its core names no `encoder`")
    return core


def _decoder_of(model: Model) -> Model:
    """The causal model that decodes for ``model``: itself if it can."""
    if Role.CAUSAL in model.roles:
        return model
    decoder = model.decoder()
    if decoder is None:
        raise CannotServe("an encoder only, and it names no decoder")
    if Role.CAUSAL not in decoder.roles:
        raise CannotServe(f"its decoder {decoder.name} is not causal")
    return decoder


class CausalAsEncoder(nn.Module):
    """A causal core as an encoder: the summary is the last valid y, which has seen the whole row and no padding."""

    def __init__(self, core: nn.Module) -> None:
        super().__init__()
        self.core = core

    def forward(self, x_BTD: Tensor, lengths_B: Tensor) -> tuple[Tensor, Tensor]:
        """See ``Role.ENCODER``."""
        y_BTD, _ = self.core(x_BTD)
        return y_BTD, last_valid(y_BTD, lengths_B)


class FixedVector(nn.Module):
    """An encoder-decoder through one vector (Cho et al. 2014, arXiv:1406.1078).

    The memory is a linear map of the encoder's summary (the bridge); it is added to every input of the decoder.
    This is the bottleneck that attention was invented for.
    """

    def __init__(self, encoder: nn.Module, decoder: nn.Module, encoder_width: int, decoder_width: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.bridge = nn.Linear(encoder_width, decoder_width)
        self.decoder = decoder

    def encode(self, x_BSD: Tensor, lengths_B: Tensor) -> Tensor:
        """The bridged summary, B x D."""
        _, summary_BD = self.encoder(x_BSD, lengths_B)
        memory_BD: Tensor = self.bridge(summary_BD)
        return memory_BD

    def decode(self, y_BTD: Tensor, memory_BD: Tensor, state: State = None) -> tuple[Tensor, State]:
        """See ``Role.SEQ2SEQ``."""
        z_BTD, state = self.decoder(y_BTD + memory_BD.unsqueeze(1), state)
        return z_BTD, state


class Seq2SeqAsEncoder(nn.Module):
    """A seq2seq core as an encoder: y is its encoder's, the summary is what it decodes from one learned query.

    The core's ``encoder`` is the encoder that its ``encode`` calls.
    """

    def __init__(self, core: nn.Module, width: int) -> None:
        super().__init__()
        self.core = core
        self.query_D = nn.Parameter(torch.randn(width) * width**-0.5)

    def forward(self, x_BTD: Tensor, lengths_B: Tensor) -> tuple[Tensor, Tensor]:
        """See ``Role.ENCODER``."""
        core = cast("Any", self.core)
        outputs: list[tuple[Tensor, Tensor]] = []
        # encode() runs the encoder and keeps y in a memory of its own form: y is caught on its way there
        with core.encoder.register_forward_hook(lambda _module, _inputs, output: outputs.append(output)):
            memory = core.encode(x_BTD, lengths_B)
        y_BTD, _ = outputs[0] if outputs else core.encoder(x_BTD, lengths_B)
        z_B1D, _ = core.decode(self.query_D.expand(len(x_BTD), 1, -1), memory)
        return y_BTD, z_B1D[:, 0]


class EncoderOfSeq2Seq(nn.Module):
    """The encoder of a seq2seq core alone: its decoder could not change y, and is neither kept nor counted.

    ``family`` is what the encoder counts as: the core's ``encoder_family``, or the model's own without one.
    """

    def __init__(self, core: nn.Module, family: Family) -> None:
        super().__init__()
        self.encoder = cast("nn.Module", core.encoder)
        self.family: Family = getattr(core, "encoder_family", family)

    def forward(self, x_BTD: Tensor, lengths_B: Tensor) -> tuple[Tensor, Tensor]:
        """See ``Role.ENCODER``."""
        y_BTD, summary_BD = self.encoder(x_BTD, lengths_B)
        return y_BTD, summary_BD
