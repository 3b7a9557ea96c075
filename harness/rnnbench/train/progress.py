"""How far a run is: the position in its data, the losses since the last evaluation, and the best validation loss."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rnnbench.records.schema import Point
from rnnbench.suite import Budget


@dataclass
class Progress:
    """Counts and losses of a run; a checkpoint stores the fields as JSON."""

    epoch: int = 0
    batch: int = 0
    """The next batch of the epoch."""
    step: int = 0
    positions: int = 0
    loss_sum: float = 0.0
    """Over the targets since the last evaluation."""
    targets: int = 0
    evaluations: int = 0
    without_improvement: int = 0
    """Evaluations in a row."""
    divisions: int = 0
    """Evaluations without an improvement in all."""
    best_step: int | None = None
    best_loss: float | None = None
    history: list[dict[str, Any]] = field(default_factory=list)
    train_s: float = 0.0
    """Seconds spent in training steps."""
    earlier_wall_s: float = 0.0
    """Seconds that earlier processes of this run took, and their processor time."""
    earlier_cpu_s: float = 0.0
    resumed: int = 0

    def count(self, loss_sum: float, targets: int, positions: int, seconds: float) -> None:
        """Add a training step."""
        self.loss_sum += loss_sum
        self.targets += targets
        self.positions += positions
        self.train_s += seconds
        self.step += 1
        self.batch += 1

    def add_evaluation(self, validation_loss: float, learning_rate: float) -> bool:
        """Add a point to the history; returns whether its validation loss is the lowest so far."""
        improved = self.best_loss is None or validation_loss < self.best_loss
        if improved:
            self.best_step, self.best_loss = self.step, validation_loss
        self.evaluations += 1
        self.without_improvement = 0 if improved else self.without_improvement + 1
        self.divisions += not improved
        self.history.append(
            {
                "step": self.step,
                "positions": self.positions,
                "train_loss": self.loss_sum / self.targets,
                "validation_loss": validation_loss,
                "learning_rate": learning_rate,
            }
        )
        self.loss_sum, self.targets = 0.0, 0
        return improved

    def spent(self, budget: Budget, batches_in_epoch: int) -> float:
        """The share of the budget that is spent; 1 and more where it is spent.

        Args:
            budget: names one unit: steps, tokens, seconds or epochs.
            batches_in_epoch: read where the unit is epochs.
        """
        if budget.steps is not None:
            return self.step / budget.steps
        if budget.tokens is not None:
            return self.positions / budget.tokens
        if budget.seconds is not None:
            return self.train_s / budget.seconds
        assert budget.epochs is not None
        return (self.epoch + self.batch / max(batches_in_epoch, 1)) / budget.epochs

    def points(self) -> tuple[Point, ...]:
        """The history as a record keeps it."""
        return tuple(Point(**point) for point in self.history)
