"""A model that is made of others names them, and its modules name their kernels."""

from __future__ import annotations

import dataclasses

import pytest
from torch import nn

from rnnbench import Family, Model, Role
from rnnbench_models import (
    GRU,
    LSTM,
    S4D,
    TCN,
    Alternating,
    AttentionSeq2Seq,
    Bidirectional,
    ConvolutionalLSTM,
    Elman,
    IndRNN,
    Jordan,
    MinGRU,
    Transformer,
    cell,
)


def test_bidirectional_is_made_of_its_cell_and_leaves_decoding_to_it():
    model = Bidirectional(width=12, cell="jordan", cell_fields={"alpha": 0.5}, layers=3, dropout=0.1, inner_width=10)
    expected = Jordan(width=12, alpha=0.5, layers=3, dropout=0.1, inner_width=10)
    assert model.parts() == {"cell": expected}
    assert model.decoder() == expected


def test_attention_names_its_parts():
    assert AttentionSeq2Seq(width=6, cell="gru").parts() == {"cell": GRU(width=6)}
    both = AttentionSeq2Seq(width=6, cell="gru", bidirectional_encoder=True).parts()
    assert both == {"cell": GRU(width=6), "bidirectional_encoder": Bidirectional(width=6, cell="gru")}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Strange(Model):
    """A model of another plugin, without layers or dropout to set."""

    name = "strange"
    paper = "none"
    family = Family.OTHER
    roles = frozenset({Role.CAUSAL})

    def build(self, role):
        return self.layer(self.width, self.width)

    def layer(self, inputs, outputs):
        return nn.GRU(inputs, outputs, batch_first=True)


@pytest.mark.parametrize("model", [Bidirectional, AttentionSeq2Seq], ids=lambda model: model.name)
def test_the_cell_may_be_a_third_party_model(model, monkeypatch):
    monkeypatch.setattr(cell, "find_model", lambda name, **fields: {"strange": Strange}[name](**fields))
    built = model(width=8, cell="strange")
    assert built.parts() == {"cell": Strange(width=8)}
    assert any(isinstance(module, nn.GRU) for module in built.build(min(model.roles)).modules())


@pytest.mark.parametrize(
    ("model", "role", "kernels"),
    [
        (Elman(), Role.CAUSAL, {"torch.nn.RNN"}),
        (Jordan(), Role.CAUSAL, {"one-buffer loop"}),
        (LSTM(), Role.CAUSAL, {"torch.nn.LSTM / torch.lstm_cell"}),
        (GRU(), Role.CAUSAL, {"one-buffer loop / torch.gru_cell"}),
        (Bidirectional(cell="jordan"), Role.ENCODER, {"one-buffer loop"}),
        (AttentionSeq2Seq(), Role.SEQ2SEQ, {"torch.nn.LSTM / torch.lstm_cell"}),
        (AttentionSeq2Seq(attention="luong-dot"), Role.SEQ2SEQ, {"torch.nn.LSTM / torch.lstm_cell", "SDPA"}),
        (AttentionSeq2Seq(attention="luong-local"), Role.SEQ2SEQ, {"torch.nn.LSTM / torch.lstm_cell", None}),
        (Transformer(), Role.CAUSAL, {"SDPA"}),
        (MinGRU(), Role.CAUSAL, {"one-buffer loop"}),
        (IndRNN(), Role.CAUSAL, {"one-buffer loop"}),
        (S4D(), Role.CAUSAL, {"FFT convolution"}),
        (TCN(), Role.CAUSAL, {"torch.nn.Conv1d"}),
        (ConvolutionalLSTM(), Role.CAUSAL, {"torch.nn.Conv1d", "torch.nn.LSTM / torch.lstm_cell"}),
        (Alternating(), Role.CAUSAL, {"torch.nn.LSTM / torch.lstm_cell", "SDPA"}),
    ],
)
def test_modules_name_the_kernel_that_they_run(model, role, kernels):
    assert {module.kernel for module in model.build(role).modules() if hasattr(module, "kernel")} == kernels
