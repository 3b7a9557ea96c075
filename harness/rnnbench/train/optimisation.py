"""Optimisers and learning-rate schedules of the recipe."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import nn

from rnnbench.suite import Recipe


def build_optimiser(parameters: Iterable[nn.Parameter], recipe: Recipe) -> torch.optim.Optimizer:
    """AdamW (Loshchilov & Hutter 2019) or SGD with momentum; weight decay falls on matrices, not on biases."""
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    groups = [
        {"params": [p for p in trained if p.dim() >= 2], "weight_decay": recipe.weight_decay},
        {"params": [p for p in trained if p.dim() < 2], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=recipe.learning_rate, momentum=recipe.momentum)
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=(recipe.beta1, recipe.beta2), foreach=True)


class Schedule:
    """The learning rate as a function of progress through the budget, and of validation for ``plateau``.

    ``plateau`` divides the rate each time that validation got worse than the best so far.
    """

    def __init__(self, recipe: Recipe, divisions: int = 0) -> None:
        self.recipe = recipe
        self.divisions = divisions

    def rate(self, progress: float) -> float:
        """The learning rate at a progress between 0 and 1."""
        recipe = self.recipe
        if recipe.schedule == "plateau":
            return recipe.learning_rate / recipe.plateau_factor**self.divisions
        if recipe.schedule == "constant":
            return recipe.learning_rate
        if progress < recipe.warmup:
            return recipe.learning_rate * max(progress / recipe.warmup, 1e-3)
        done = min((progress - recipe.warmup) / max(1.0 - recipe.warmup, 1e-9), 1.0)
        if recipe.schedule == "restarts" and done < 1.0:
            done = done * recipe.cycles % 1.0
        lowest = recipe.final * recipe.learning_rate
        return lowest + (recipe.learning_rate - lowest) * 0.5 * (1.0 + math.cos(math.pi * done))

    def divide(self) -> None:
        """Validation did not get better."""
        self.divisions += 1


def teacher_forcing(recipe: Recipe, progress: float) -> float:
    """The share of right inputs of a decoder at a progress between 0 and 1."""
    return recipe.teacher_forcing + (recipe.teacher_forcing_final - recipe.teacher_forcing) * min(progress, 1.0)


def clip(parameters: Iterable[nn.Parameter], largest: float | None) -> None:
    """Scale gradients down to a global norm of at most ``largest`` (Pascanu et al. 2013)."""
    if largest is not None:
        torch.nn.utils.clip_grad_norm_(parameters, largest)
