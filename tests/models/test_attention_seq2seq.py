"""The attention of attention-seq2seq: weights, windows and input feeding."""

from __future__ import annotations

import pytest
import torch
from cores import randomise
from torch import nn

from rnnbench import Role
from rnnbench_models import (
    AttentionSeq2Seq,
)
from rnnbench_models.local_attention import LocalAttention
from rnnbench_models.padding import valid_steps

LENGTHS = torch.tensor([5, 2, 3])


def test_bahdanau_weights_sum_to_one_over_the_valid_source():
    core = randomise(AttentionSeq2Seq(width=6).build(Role.SEQ2SEQ))
    _, valid, _, keys = core.encode(torch.randn(3, 5, 6), LENGTHS)
    weights = core.decoder.weights(torch.randn(3, 1, 6), keys, valid)[:, 0]
    torch.testing.assert_close(weights.sum(1), torch.ones(3))
    assert ((weights > 0) == valid).all()


def test_local_attention_looks_around_the_position_that_it_predicts():
    attention = LocalAttention(6, half_width=2)
    valid = valid_steps(torch.zeros(3, 9, 6), torch.tensor([9, 2, 5]))
    s, score = torch.randn(3, 4, 6), torch.zeros(3, 4, 9)
    nn.init.zeros_(attention.v.weight)  # sigmoid(0): the middle of each row
    middle = torch.tensor([4.5, 1.0, 2.5])
    torch.testing.assert_close(attention.positions(s, valid)[..., 0], middle[:, None].expand(3, 4))
    weights = attention.weights(s, score, valid)[:, 0]
    offset = torch.arange(1, 10) - middle[:, None]
    seen = (offset.abs() <= 2) & valid
    assert torch.equal(weights > 0, seen)
    expected = torch.exp(-(offset**2) / 2) * seen / seen.sum(1, keepdim=True)  # sigma = 1, equal scores
    torch.testing.assert_close(weights, expected)


@pytest.mark.parametrize("extreme", [-1e4, 1e4])
def test_no_window_of_local_attention_is_empty(extreme):
    attention = LocalAttention(2, half_width=1)
    with torch.no_grad():
        attention.W.weight.fill_(1.0)
        attention.v.weight.fill_(extreme)
    valid = valid_steps(torch.zeros(2, 7, 2), torch.tensor([7, 1]))
    weights = attention.weights(torch.ones(2, 1, 2), torch.zeros(2, 1, 7), valid)
    assert weights.isfinite().all()
    assert (weights.sum(-1) > 0).all()


def test_input_feeding_feeds_the_last_output():
    core = randomise(AttentionSeq2Seq(width=6, attention="luong-dot", input_feeding=True).build(Role.SEQ2SEQ))
    memory, y = core.encode(torch.randn(3, 5, 6), LENGTHS), torch.randn(3, 2, 6)
    z, state = core.decode(y, memory)
    assert torch.equal(state.z_1BD[0], z[:, -1])
    following, _ = core.decode(y, memory, state)
    unfed = state._replace(z_1BD=torch.zeros_like(state.z_1BD))
    assert not torch.allclose(following, core.decode(y, memory, unfed)[0])


def test_only_the_encoder_of_attention_counts_as_recurrent():
    model = AttentionSeq2Seq(width=6)
    assert model.family == "recurrent+attention"
    assert model.build(Role.SEQ2SEQ).encoder_family == "recurrent"
