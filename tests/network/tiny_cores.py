"""Tiny models for these tests: an LSTM, an LSTM read in both directions, and a recurrent core with attention."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import nn

from rnnbench import Batch, Family, Model, Role


class Lstm(nn.LSTM):
    kernel = "lstm kernel"


@dataclass(frozen=True, kw_only=True)
class TinyLstm(Model):
    name: ClassVar[str] = "tiny-lstm"
    paper: ClassVar[str] = "none"
    family: ClassVar[Family] = Family.RECURRENT
    roles: ClassVar[frozenset[Role]] = frozenset({Role.CAUSAL})

    width: int = 6

    def build(self, role):
        return Lstm(self.width, self.width, batch_first=True)


class BothWays(nn.Module):
    kernel = "packed kernel"

    def __init__(self, width):
        super().__init__()
        self.lstm = nn.LSTM(width, width // 2, batch_first=True, bidirectional=True)

    def forward(self, x_BTD, lengths_B):
        packed = nn.utils.rnn.pack_padded_sequence(x_BTD, lengths_B, batch_first=True, enforce_sorted=False)
        y, (h, _) = self.lstm(packed)
        y_BTD, _ = nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=x_BTD.shape[1])
        return y_BTD, torch.cat([h[0], h[1]], 1)


@dataclass(frozen=True, kw_only=True)
class TinyBothWays(Model):
    name: ClassVar[str] = "tiny-both-ways"
    paper: ClassVar[str] = "none"
    family: ClassVar[Family] = Family.RECURRENT
    roles: ClassVar[frozenset[Role]] = frozenset({Role.ENCODER})

    width: int = 6
    decoded_by: type[Model] | None = TinyLstm

    def build(self, role):
        return BothWays(self.width)

    def decoder(self):
        return self.decoded_by() if self.decoded_by else None


class AttentionCore(nn.Module):
    """z = y + the decoder's step + attention over the encoder's y."""

    def __init__(self, width):
        super().__init__()
        self.encoder = BothWays(width)
        self.cell = nn.GRU(width, width, batch_first=True)

    def encode(self, x_BSD, lengths_B):
        y_BSD, _ = self.encoder(x_BSD, lengths_B)
        mask_BS = torch.arange(x_BSD.shape[1]) < lengths_B[:, None]
        return y_BSD, mask_BS

    def decode(self, y_BTD, memory, state=None):
        values_BSD, mask_BS = memory
        z_BTD, state = self.cell(y_BTD, state)
        scores_BTS = (z_BTD @ values_BSD.mT).masked_fill(~mask_BS[:, None], -torch.inf)
        return z_BTD + scores_BTS.softmax(2) @ values_BSD, state


@dataclass(frozen=True, kw_only=True)
class TinyAttention(Model):
    name: ClassVar[str] = "tiny-attention"
    paper: ClassVar[str] = "none"
    family: ClassVar[Family] = Family.RECURRENT_ATTENTION
    roles: ClassVar[frozenset[Role]] = frozenset({Role.SEQ2SEQ})

    width: int = 6

    def build(self, role):
        return AttentionCore(self.width)


def batch_of(inputs, targets, lengths=None):
    """A batch of these tensors, all of its rows in order."""
    lengths = None if lengths is None else torch.as_tensor(lengths)
    return Batch(
        inputs=inputs, targets=targets, rows=np.arange(len(inputs)), positions=inputs.shape[1], lengths=lengths
    )


def some_rows(batch, rows):
    """Some rows of a batch, cut to the longest of them."""
    lengths = None if batch.lengths is None else batch.lengths[rows]
    steps = batch.inputs.shape[1] if lengths is None else int(lengths.max())
    return batch_of(batch.inputs[rows, :steps], batch.targets[rows], lengths)
