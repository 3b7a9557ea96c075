"""Weights and biases start as the fields of a model say."""

from __future__ import annotations

import math

import pytest
import torch

from rnnbench import Role
from rnnbench_models import (
    GRU,
    LSTM,
    Elman,
    Jordan,
    Transformer,
)


@pytest.mark.parametrize("model", [Elman, LSTM, GRU, Jordan])
@pytest.mark.parametrize("scheme", ["xavier", "he", "uniform"])
def test_initialisation_of_input_weights_gate_by_gate(model, scheme):
    inputs, outputs = 300, 200
    layer = model(initialisation=scheme).layer(inputs, outputs)
    weight = layer.W.weight if model is Jordan else layer.weight_ih_l0
    assert weight.shape[0] % outputs == 0
    for gate in weight.detach().split(outputs):
        spread, most = gate.std().item(), gate.abs().max().item()
        if scheme == "he":
            assert spread == pytest.approx(math.sqrt(2 / inputs), rel=0.02)
            assert most > 3 * spread  # normal, not uniform
        else:
            bound = math.sqrt(6 / (inputs + outputs)) if scheme == "xavier" else 1 / math.sqrt(outputs)
            assert spread == pytest.approx(bound / math.sqrt(3), rel=0.02)
            assert 0.99 * bound < most <= bound


@pytest.mark.parametrize("model", [Elman, LSTM, GRU, Jordan])
@pytest.mark.parametrize("scheme", ["orthogonal", "xavier"])
def test_initialisation_of_recurrent_weights_gate_by_gate(model, scheme):
    width = 60
    layer = model(recurrent_initialisation=scheme).layer(7, width)
    weights = [layer.V.weight, layer.U.weight] if model is Jordan else layer.weight_hh_l0.split(width)
    for gate in (weight.detach() for weight in weights):
        is_orthogonal = torch.allclose(gate @ gate.T, torch.eye(width), atol=1e-5)
        assert is_orthogonal == (scheme == "orthogonal")
        if scheme == "xavier":
            assert 0.98 < gate.abs().max().item() / math.sqrt(6 / (2 * width)) <= 1


@pytest.mark.parametrize("model", [Elman(), GRU(), Jordan()], ids=lambda model: model.name)
def test_biases_start_at_zero(model):
    biases = [p for name, p in model.layer(3, 4).named_parameters() if "bias" in name]
    assert len(biases) == 2
    assert all((bias == 0).all() for bias in biases)


@pytest.mark.parametrize("forget", [1.0, 2.5])
def test_forget_gate_starts_open_and_other_biases_at_zero(forget):
    layer = LSTM(forget_bias=forget).layer(3, 4)
    total = (layer.bias_ih_l0 + layer.bias_hh_l0).detach()
    torch.testing.assert_close(total, torch.tensor([0.0] * 4 + [forget] * 4 + [0.0] * 8))


def test_transformer_starts_with_xavier_weights_and_scaled_branches():
    core = Transformer(width=64, layers=2).build(Role.SEQ2SEQ)
    attention, cross = core.decoder.blocks[0].self_attention, core.decoder.blocks[0].cross
    bound = math.sqrt(6 / 128)
    for part in (*attention.query_key_value.weight.chunk(3), *cross.key_value.weight.chunk(2), cross.query.weight):
        assert 0.97 * bound < part.abs().max().item() <= bound
    for branch, branches in ((cross.output, 6), (core.encoder.blocks[0].self_attention.output, 4)):
        assert 0.97 * bound < branch.weight.abs().max().item() * math.sqrt(branches) <= bound
