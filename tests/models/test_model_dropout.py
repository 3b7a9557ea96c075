"""Dropout acts where and how the fields of a model say."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from cores import ALL, ALL_NAMES, randomise
from torch import nn

from rnnbench import Role
from rnnbench_models import (
    GRU,
    LSTM,
    AttentionSeq2Seq,
    Bidirectional,
    Elman,
    Jordan,
)
from rnnbench_models.stack import Stack

LENGTHS = torch.tensor([5, 2, 3])


def ask(core, role, x):
    if role == Role.CAUSAL:
        return core(x)[0]
    if role == Role.ENCODER:
        return core(x, LENGTHS)[1]
    return core.decode(x, core.encode(x, LENGTHS))[0]


@pytest.mark.parametrize(("model", "role"), ALL, ids=ALL_NAMES)
def test_dropout_acts_in_training_only_and_repeats_from_the_seed(model, role):
    model = dataclasses.replace(model, dropout=0.5, layers=2)
    core, x = randomise(model.build(role)), torch.randn(3, 5, 8)

    def run(seed):
        torch.manual_seed(seed)
        return ask(core, role, x)

    assert torch.equal(run(1), run(1))
    assert not torch.equal(run(1), run(2))
    core.eval()
    assert torch.equal(run(1), run(2))
    without = dataclasses.replace(model, dropout=0.0).build(role)
    without.load_state_dict(core.state_dict())
    torch.testing.assert_close(run(1), ask(without, role, x))


@pytest.mark.parametrize("model", [Elman, Jordan, LSTM, GRU, Bidirectional], ids=lambda model: model.name)
def test_dropout_falls_between_layers_alone(model):
    core = model(width=8, dropout=0.5, layers=1).build(min(model.roles))
    x = torch.randn(3, 5, 8)
    assert torch.equal(core(x, None)[0], core(x, None)[0])


class Echo(nn.Module):
    """A layer that passes on what it reads."""

    def forward(self, x, state=None):
        return x, torch.zeros(1, len(x), 1)


def test_a_variational_mask_is_the_same_at_every_step_and_differs_between_rows():
    x = torch.ones(4, 6, 32)
    same = {}
    for kind in ("standard", "variational"):
        y, _ = Stack([Echo(), Echo()], 0.5, kind)(x)
        assert set(y.unique().tolist()) == {0.0, 2.0}
        same[kind] = (y == y[:, :1]).all()
        assert not (y == y[:1]).all()
    assert same == {"standard": False, "variational": True}


def test_a_variational_mask_differs_between_layers_and_between_calls():
    stack = Stack([Echo(), Echo(), Echo()], 0.5, "variational")
    x, masks = torch.ones(4, 2, 32), {}
    both, _ = stack(x, None, masks)
    assert sorted(masks) == [1, 2]
    assert not torch.equal(masks[1], masks[2])
    assert torch.equal(both, x * masks[1] * masks[2])
    assert torch.equal(stack(x, None, masks)[0], both)
    assert not torch.equal(stack(x)[0], both)
    stack.eval()
    assert torch.equal(stack(x)[0], x)


@pytest.mark.parametrize("kind", ["standard", "variational"])
@pytest.mark.parametrize(
    "fields",
    [{"attention": "bahdanau"}, {"attention": "luong-dot", "input_feeding": True}, {"attention": "luong-local"}],
    ids=lambda fields: fields["attention"],
)
def test_a_variational_mask_is_held_through_a_decoders_loop(fields, kind):
    core = AttentionSeq2Seq(width=32, dropout=0.5, dropout_kind=kind, **fields).build(Role.SEQ2SEQ)
    for part in (core.encoder.core, core.decoder.layers):
        silent = []
        hook = part.layers[1].register_forward_pre_hook(lambda _, inputs, silent=silent: silent.append(inputs[0] == 0))
        core.decode(torch.randn(3, 4, 32), core.encode(torch.randn(3, 5, 32), LENGTHS))
        hook.remove()
        steps = torch.cat(silent, dim=1)
        assert steps.shape[1] >= 5
        assert steps.any()
        assert (steps == steps[:, :1]).all() == (kind == "variational")


@pytest.mark.parametrize("kind", ["standard", "variational"])
def test_a_variational_mask_of_a_bidirectional_encoder_and_of_a_cells_stack(kind):
    encoder = Bidirectional(width=32, dropout=0.5, dropout_kind=kind).build(Role.ENCODER)
    causal = GRU(width=32, dropout=0.5, dropout_kind=kind).build(Role.CAUSAL)
    for core, reader in ((encoder, encoder.layers[1].forwards), (causal, causal.layers[1])):
        silent = []
        reader.register_forward_pre_hook(lambda _, inputs, silent=silent: silent.append(inputs[0] == 0))
        core(torch.randn(3, 6, 32))
        assert (silent[0] == silent[0][:, :1]).all() == (kind == "variational")


def test_the_kind_of_dropout_reaches_the_parts():
    model = AttentionSeq2Seq(width=8, dropout_kind="variational", bidirectional_encoder=True)
    assert {part.dropout_kind for part in model.parts().values()} == {"variational"}
