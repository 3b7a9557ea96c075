"""How long a run may take: floating-point operations at a cautious rate, and a cost for each step."""

from __future__ import annotations

from rnnbench.suite import Budget, Recipe

OPERATIONS_PER_S = 2.0e10
"""What one core does of a small network's training, in practice: a fifth of its matrix product rate."""
STEP_S = 0.003
START_S = 1.0
VALIDATION_SHARE = 1.3


def estimate_seconds(multiplied: int, per_step: int, rows: int, recipe: Recipe, budget: Budget) -> float:
    """Seconds of training on one core. Multiply-adds count twice, forward and backward together three times.

    Args:
        multiplied: parameters that every position is multiplied with.
        per_step: sequence positions in a batch.
        rows: training rows, for a budget of epochs.
        recipe: its batch.
        budget: steps, tokens or epochs.
    """
    if budget.seconds is not None:
        return START_S + budget.seconds * VALIDATION_SHARE
    if budget.steps is not None:
        steps = float(budget.steps)
    elif budget.tokens is not None:
        steps = budget.tokens / max(per_step, 1)
    else:
        steps = (budget.epochs or 1) * rows / recipe.batch
    return START_S + VALIDATION_SHARE * steps * (STEP_S + 6.0 * multiplied * per_step / OPERATIONS_PER_S)
