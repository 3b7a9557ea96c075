"""Every model has the declared defaults, and a bad field is refused in words."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch
from torch import nn

import rnnbench_models
from rnnbench import Family, Role, find_model
from rnnbench.network.core import ContractBroken, build_core
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
    Transformer,
)

MODELS = tuple(rnnbench_models.rnnbench_models())


def test_the_built_in_models_are_found_by_name():
    names = ["elman", "jordan", "lstm", "gru", "bidirectional", "attention-seq2seq", "transformer"]
    names += ["min-gru", "ind-rnn", "s4d", "tcn", "convolutional-lstm", "alternating"]
    assert [model.name for model in MODELS] == names
    assert [type(find_model(name)) for name in names] == list(MODELS)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_defaults_and_declarations(model):
    built = model()
    assert built.layers == (4 if model is TCN else 2)
    assert built.width == 64
    assert model.paper
    others = {
        "attention-seq2seq": Family.RECURRENT_ATTENTION,
        "alternating": Family.RECURRENT_ATTENTION,
        "transformer": Family.ATTENTION,
        "tcn": Family.OTHER,
    }
    assert model.family == others.get(model.name, Family.RECURRENT)
    assert hash(built) == hash(model())
    assert {model.coarse.field, model.fine.field} <= {field.name for field in dataclasses.fields(model)}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_step_of_the_knobs_is_a_valid_model_and_changes_its_size(model):
    def size(built):
        with torch.device("meta"):
            return sum(p.numel() for p in built.build(min(model.roles)).parameters())

    widths = [model.coarse.step * n for n in range(4, 9)]
    sizes = [size(model(width=width)) for width in widths]
    assert sizes == sorted(set(sizes))
    centre = (model.fine.low + model.fine.high) / 2 * widths[-1]  # where the default is
    fine = [{model.fine.field: int(centre) + model.fine.step * n} for n in range(-3, 4)]
    sizes = [size(model(width=widths[-1], **fields)) for fields in fine]
    assert sizes == sorted(set(sizes))
    assert sizes[3] == size(model(width=widths[-1]))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize("role", Role)
def test_a_role_that_is_not_played_is_refused(model, role):
    if role in model.roles:
        assert isinstance(build_core(model(width=8), role), nn.Module)
    else:
        with pytest.raises(ContractBroken, match=f"model '{model.name}' plays .*, not {role}"):
            build_core(model(width=8), role)


@pytest.mark.parametrize(
    ("model", "fields", "message"),
    [
        (LSTM, {"width": 0}, "width must be a whole number of at least 1, got 0"),
        (GRU, {"layers": 0}, "layers must be a whole number of at least 1, got 0"),
        (GRU, {"layers": True}, "layers must be a whole number of at least 1, got True"),
        (GRU, {"layers": 1.5}, "layers must be a whole number of at least 1, got 1.5"),
        (Elman, {"inner_width": -1}, "inner_width must be a whole number of at least 1, got -1"),
        (Elman, {"dropout": 1.0}, "dropout must be at least 0 and below 1, got 1.0"),
        (Elman, {"dropout": math.nan}, "dropout must be at least 0 and below 1, got nan"),
        (Elman, {"nonlinearity": "relo"}, "nonlinearity must be one of tanh, relu, got 'relo' (did you mean 'relu'?)"),
        (LSTM, {"initialisation": 3}, "initialisation must be one of xavier, he, uniform, got 3"),
        (Jordan, {"alpha": 1}, "alpha must be at least 0 and below 1, got 1"),
        (Bidirectional, {"width": 7}, "width must be a whole number divisible by 2 of at least 2, got 7"),
        (Bidirectional, {"inner_width": 9}, "inner_width must be a whole number divisible by 2 of at least 2, got 9"),
        (Bidirectional, {"cell": "lstn"}, "cell: no model is named 'lstn' (did you mean 'lstm'?), expected one of "),
        (Bidirectional, {"cell": "transformer"}, "cell: model 'transformer' is not made of causal layers that "),
        (Bidirectional, {"cell": "bidirectional"}, "cell: model 'bidirectional' is not made of causal layers that "),
        (Bidirectional, {"cell_fields": {"colour": 1}}, "cell: model 'lstm': "),
        (Bidirectional, {"cell": "jordan", "cell_fields": {"alpha": 2}}, "cell: alpha must be at least 0 and below 1"),
        (Bidirectional, {"cell_fields": {"layers": 3}}, "cell_fields must not set 'layers': the cell takes it from "),
        (
            AttentionSeq2Seq,
            {"attention": "luong"},
            "attention must be one of bahdanau, luong-dot, luong-general, luong-",
        ),
        (AttentionSeq2Seq, {"half_width": 0}, "half_width must be a whole number of at least 1, got 0"),
        (AttentionSeq2Seq, {"dropout_kind": "varied"}, "dropout_kind must be one of standard, variational, got"),
        (AttentionSeq2Seq, {"input_feeding": True}, "input_feeding is for Luong attention"),
        (AttentionSeq2Seq, {"bidirectional_encoder": True, "width": 9}, "width must be a whole number divisible by 2"),
        (Transformer, {"heads": 3}, "width must be divisible by 6: 3 heads, each of an even width"),
        (Transformer, {"norm": "pot"}, "norm must be one of pre, post, got 'pot' (did you mean 'post'?)"),
        (Transformer, {"positions": "none"}, "positions must be one of rotary, sinusoidal, learned, got 'none'"),
        (Transformer, {"summary": "ends"}, "summary must be one of mean, max, first, got 'ends'"),
        (Bidirectional, {"summary": "first"}, "summary must be one of ends, mean, max, got 'first'"),
        (Bidirectional, {"cell_fields": {"dropout_kind": "standard"}}, "cell_fields must not set 'dropout_kind'"),
        (Transformer, {"context": 0}, "context must be a whole number of at least 1, got 0"),
        (IndRNN, {"u_max": 0.0}, "u_max must be a number above 0, got 0.0"),
        (IndRNN, {"u_max": math.inf}, "u_max must be a number above 0, got inf"),
        (S4D, {"pairs": 0}, "pairs must be a whole number of at least 1, got 0"),
        (S4D, {"spectrum": "line"}, "spectrum must be one of lin, inv, got 'line' (did you mean 'lin'?)"),
        (TCN, {"kernel_size": 1}, "kernel_size must be a whole number of at least 2, got 1"),
        (ConvolutionalLSTM, {"kernel_size": 0}, "kernel_size must be a whole number of at least 1, got 0"),
        (Alternating, {"width": 9}, "width must be divisible by heads, 2, got 9"),
        (Alternating, {"cell": "tcn"}, "cell: model 'tcn' is not made of causal layers that 'alternating' could use"),
        (
            Bidirectional,
            {"cell": "s4d"},
            "cell: model 's4d' is not made of causal layers that 'bidirectional' could use",
        ),
        (Transformer, {"feedforward": 0}, "feedforward must be a whole number of at least 1, got 0"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_a_bad_field_is_refused_in_words(model, fields, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the text is compared below
        model(**fields)
    assert message in str(caught.value)


def test_inner_width_is_the_width_between_layers():
    core = LSTM(width=8, inner_width=5, layers=3).build(Role.CAUSAL)
    assert [(layer.input_size, layer.hidden_size) for layer in core.layers] == [(8, 5), (5, 5), (5, 8)]


def test_inner_width_of_a_transformer_is_its_feedforward():
    block = Transformer(width=8).build(Role.CAUSAL).blocks[0]
    assert block.feedforward.up.out_features == 32
    assert Transformer(width=8, feedforward=9).build(Role.CAUSAL).blocks[0].feedforward.up.out_features == 9
