"""How long a run may take: floating-point operations at a cautious rate, and a cost for each step."""

from __future__ import annotations

from rnnbench.suite import Budget, Recipe

CORE_OPERATIONS_PER_S = 2.0e10
READOUT_OPERATIONS_PER_S = 6.0e10
"""What one processor core does of a small network's training, in practice: a fifth of its matrix product rate in the
many small products of a core, more in the few large ones of a readout."""
STEP_S = 0.003
START_S = 1.0
VALIDATION_SHARE = 1.3


def estimate_seconds(core: int, readout: int, per_step: int, rows: int, recipe: Recipe, budget: Budget) -> float:
    """Seconds of training on one core. Multiply-adds count twice, forward and backward together three times.

    Args:
        core: parameters between the ends, with which every position is multiplied.
        readout: parameters behind them with which every position is multiplied; 0 where a row has one output.
        per_step: sequence positions in a batch.
        rows: training rows, for a budget of epochs.
        recipe: its batch.
        budget: steps, tokens or epochs.
    """
    position_s = core / CORE_OPERATIONS_PER_S + readout / READOUT_OPERATIONS_PER_S
    if budget.seconds is not None:
        return START_S + budget.seconds * VALIDATION_SHARE
    if budget.steps is not None:
        steps = float(budget.steps)
    elif budget.tokens is not None:
        steps = budget.tokens / max(per_step, 1)
    else:
        steps = (budget.epochs or 1) * rows / recipe.batch
    return START_S + VALIDATION_SHARE * steps * (STEP_S + 6.0 * per_step * position_s)
