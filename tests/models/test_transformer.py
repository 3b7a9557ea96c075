"""The Transformer: its cache, its positions and its norms."""

from __future__ import annotations

import pytest
import torch
from cores import randomise

from rnnbench import Role
from rnnbench.network.tree import leaves
from rnnbench_models import (
    Transformer,
)
from rnnbench_models.heads import rotary_angles, rotate


def test_cache_of_a_causal_transformer_stays_below_its_context():
    core, state = Transformer(width=8, context=4).build(Role.CAUSAL), None
    for step in range(1, 8):
        _, state = core(torch.randn(2, 1, 8), state)
        assert {leaf.shape for leaf in leaves(state)} == {(2, 2, min(step, 3), 4)}
    _, state = core(torch.randn(2, 9, 8), state)
    assert {leaf.shape[2] for leaf in leaves(state)} == {3}


@pytest.mark.parametrize(("positions", "carries"), [("rotary", True), ("sinusoidal", False), ("learned", False)])
def test_absolute_positions_carry_no_state(positions, carries):
    assert Transformer(positions=positions).carries_state is carries


def test_learned_positions_end_where_the_context_does():
    core = Transformer(width=8, positions="learned", context=4).build(Role.CAUSAL)
    _, state = core(torch.randn(2, 4, 8))
    message = "learned positions end at context 4, and the sequence has 5 steps: raise context, or use rotary or sinus"
    with pytest.raises(ValueError, match=message):
        core(torch.randn(2, 1, 8), state)
    with pytest.raises(ValueError, match=message):
        core(torch.randn(2, 5, 8))


def test_the_norm_of_a_post_norm_transformer_comes_last():
    y, _ = Transformer(width=64, norm="post").build(Role.CAUSAL)(5 + 3 * torch.randn(2, 5, 64))
    torch.testing.assert_close(y.mean(-1), torch.zeros(2, 5), rtol=0, atol=1e-5)
    torch.testing.assert_close(y.var(-1, correction=0), torch.ones(2, 5), rtol=0, atol=1e-3)
    names = {
        norm: dict(Transformer(width=8, norm=norm).build(Role.CAUSAL).named_parameters()) for norm in ("pre", "post")
    }
    assert names["pre"].keys() - names["post"].keys() == {"norm.weight", "norm.bias"}


@pytest.mark.parametrize("positions", ["rotary", "sinusoidal", "learned"])
def test_order_matters_to_a_transformer_encoder(positions):
    core, x = randomise(Transformer(width=8, positions=positions).build(Role.ENCODER)), torch.randn(1, 5, 8)
    mirrored, _ = core(x.flip(1))
    assert not torch.allclose(core(x)[0].flip(1), mirrored, atol=1e-3)


def test_rotary_products_depend_on_the_distance_alone():
    q, k = torch.randn(2, 1, 6, dtype=torch.float64)
    cos, sin = rotary_angles(12, 6, like=q)
    product = rotate(q.expand(12, 6), cos, sin) @ rotate(k.expand(12, 6), cos, sin).T
    for distance in range(-11, 12):
        diagonal = product.diagonal(distance)
        torch.testing.assert_close(diagonal, diagonal[:1].expand_as(diagonal), rtol=1e-12, atol=1e-12)
    assert product.diagonal(0)[0] == pytest.approx((q @ k.T).item())
    assert product[0].std() > 0.01
