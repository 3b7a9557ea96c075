"""Schedules and optimisers against their closed forms."""

from __future__ import annotations

import math

import pytest
import torch

from rnnbench.suite import Recipe
from rnnbench.train.optimiser import build_optimiser, clip
from rnnbench.train.schedule import learning_rate, teacher_forcing


def test_cosine_warms_up_linearly_and_ends_at_the_final_share() -> None:
    recipe = Recipe(learning_rate=0.1, schedule="cosine", warmup=0.2, final=0.1)
    assert learning_rate(recipe, 0.1) == pytest.approx(0.05)
    assert learning_rate(recipe, 0.2) == pytest.approx(0.1)
    assert learning_rate(recipe, 0.6) == pytest.approx(0.01 + 0.09 * 0.5 * (1 + math.cos(math.pi / 2)))
    assert learning_rate(recipe, 1.0) == pytest.approx(0.01)
    assert 0 < learning_rate(recipe, 0.0) < 1e-3


def test_constant_is_constant() -> None:
    assert {learning_rate(Recipe(learning_rate=0.1, schedule="constant"), share) for share in (0, 0.5, 1)} == {0.1}


def test_plateau_divides_whenever_validation_gets_worse() -> None:
    recipe = Recipe(learning_rate=20.0, schedule="plateau", plateau_factor=4.0)
    assert [learning_rate(recipe, 0.5, divisions) for divisions in range(3)] == [20.0, 5.0, 1.25]


def test_weight_decay_falls_on_matrices_only() -> None:
    layer = torch.nn.Linear(2, 2)
    optimiser = build_optimiser(layer.parameters(), Recipe(weight_decay=0.5, learning_rate=0.1))
    for parameter in layer.parameters():
        parameter.grad = torch.zeros_like(parameter)
    before = {name: parameter.detach().clone() for name, parameter in layer.named_parameters()}
    optimiser.step()
    assert torch.allclose(layer.weight, before["weight"] * (1 - 0.1 * 0.5))
    assert torch.equal(layer.bias, before["bias"])


def test_sgd_with_momentum_is_the_textbook_recurrence() -> None:
    weight = torch.nn.Parameter(torch.tensor([1.0]))
    optimiser = build_optimiser([weight], Recipe(optimizer="sgd", learning_rate=0.1, momentum=0.9, weight_decay=0.0))
    expected, velocity = 1.0, 0.0
    for _ in range(3):
        weight.grad = 2 * weight.detach()
        velocity = 0.9 * velocity + 2 * expected
        expected -= 0.1 * velocity
        optimiser.step()
        assert float(weight.detach()) == pytest.approx(expected)


def test_clipping_scales_the_whole_gradient_to_the_largest_norm() -> None:
    weights = [torch.nn.Parameter(torch.zeros(1)) for _ in range(2)]
    for weight, gradient in zip(weights, (3.0, 4.0), strict=True):
        weight.grad = torch.tensor([gradient])
    clip(weights, None)
    assert [float(weight.grad) for weight in weights if weight.grad is not None] == [3.0, 4.0]
    clip(weights, 1.0)
    assert [float(weight.grad) for weight in weights if weight.grad is not None] == pytest.approx([0.6, 0.8], rel=1e-4)


def test_warm_restarts_repeat_the_cosine_and_end_at_the_final_share() -> None:
    recipe = Recipe(learning_rate=0.1, schedule="restarts", warmup=0.0, final=0.0, cycles=4)
    single = Recipe(learning_rate=0.1, schedule="cosine", warmup=0.0, final=0.0)
    for share in (0.0, 0.3, 0.9):
        for cycle in range(4):
            assert learning_rate(recipe, (cycle + share) / 4) == pytest.approx(learning_rate(single, share))
    assert learning_rate(recipe, 1.0) == pytest.approx(0.0)


def test_teacher_forcing_moves_linearly_over_the_budget() -> None:
    recipe = Recipe(teacher_forcing=1.0, teacher_forcing_final=0.5)
    assert [teacher_forcing(recipe, share) for share in (0.0, 0.5, 1.0)] == [1.0, 0.75, 0.5]
