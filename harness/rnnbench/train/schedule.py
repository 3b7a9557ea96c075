"""Schedules of the recipe: the learning rate and the share of teacher forcing, as functions of progress.

Progress is the share of the budget that is spent, from 0 to 1.
"""

from __future__ import annotations

import math

from rnnbench.suite import Recipe


def learning_rate(recipe: Recipe, progress: float, divisions: int = 0) -> float:
    """The learning rate at a progress.

    Args:
        recipe: names the schedule: ``constant``, ``cosine`` and ``restarts`` (Loshchilov & Hutter 2017, after a linear
            warm-up), or ``plateau``.
        progress: the share of the budget that is spent.
        divisions: how often validation did not improve: ``plateau`` divides the rate by ``plateau_factor`` each time.
    """
    if recipe.schedule == "plateau":
        return recipe.learning_rate / recipe.plateau_factor**divisions
    if recipe.schedule == "constant":
        return recipe.learning_rate
    if progress < recipe.warmup:
        return recipe.learning_rate * max(progress / recipe.warmup, 1e-3)
    done = min((progress - recipe.warmup) / max(1.0 - recipe.warmup, 1e-9), 1.0)
    if recipe.schedule == "restarts" and done < 1.0:
        done = done * recipe.cycles % 1.0
    lowest = recipe.final * recipe.learning_rate
    return lowest + (recipe.learning_rate - lowest) * 0.5 * (1.0 + math.cos(math.pi * done))


def teacher_forcing(recipe: Recipe, progress: float) -> float:
    """The share of a decoder's inputs that are the right tokens (scheduled sampling, Bengio et al. 2015)."""
    return recipe.teacher_forcing + (recipe.teacher_forcing_final - recipe.teacher_forcing) * min(progress, 1.0)
