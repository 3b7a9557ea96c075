"""The one training loop: any network, any task, under a recipe and a budget, and from any checkpoint of itself."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import torch

from rnnbench.base.streams import generator, stream
from rnnbench.contract.batches import Arrays, Batch
from rnnbench.contract.datasets import Split
from rnnbench.network.network import Network
from rnnbench.network.tree import detach, to
from rnnbench.plan.planner import Assignment
from rnnbench.records.schema import Point
from rnnbench.train.checkpoint import Checkpoint, optimiser_tensors, restore_optimiser
from rnnbench.train.device import to_device
from rnnbench.train.evaluation import validation_loss
from rnnbench.train.optimisation import Schedule, build_optimiser, clip, teacher_forcing

REPORT_S = 0.5

Report = Callable[[Mapping[str, Any]], None]


class Stopped(Exception):
    """The run was asked to stop; its last checkpoint is where it goes on."""


@dataclass
class Place:
    """How far a run is. With the tensors of the network and the optimiser it is all that training needs to go on."""

    epoch: int = 0
    batch: int = 0
    step: int = 0
    positions: int = 0
    loss_sum: float = 0.0
    """Since the last evaluation, as are the targets."""
    targets: int = 0
    evaluations: int = 0
    without_improvement: int = 0
    divisions: int = 0
    best_step: int | None = None
    best_loss: float | None = None
    history: list[dict[str, Any]] = field(default_factory=list)
    train_s: float = 0.0
    earlier_wall_s: float = 0.0
    """What the processes took that came before the last checkpoint, and their processor time."""
    earlier_cpu_s: float = 0.0
    resumed: int = 0

    def count(self, loss_sum: float, targets: int, positions: int, seconds: float) -> None:
        """A step was made."""
        self.loss_sum += loss_sum
        self.targets += targets
        self.positions += positions
        self.train_s += seconds
        self.step += 1
        self.batch += 1

    def evaluated(self, validation_loss: float, learning_rate: float) -> bool:
        """Validation was scored; returns whether it is the best so far."""
        improved = self.best_loss is None or validation_loss < self.best_loss
        if improved:
            self.best_step, self.best_loss = self.step, validation_loss
        self.evaluations += 1
        self.without_improvement = 0 if improved else self.without_improvement + 1
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


class Checkpoints:
    """Where checkpoints go: ``save`` stores one, ``latest`` is the last whole one; ``seconds`` lie between two."""

    def __init__(self, save: Callable[[Checkpoint], None], latest: Checkpoint | None, seconds: float) -> None:
        self.latest = latest
        self._save, self._seconds, self._saved_at = save, seconds, time.monotonic()

    def after_step(self, make: Callable[[], Checkpoint], stop: bool) -> None:
        """Save one if it is time to, or if this is the last step for now.

        Raises:
            Stopped: it is.
        """
        if stop or time.monotonic() - self._saved_at > self._seconds:
            self._save(make())
            self._saved_at = time.monotonic()
        if stop:
            raise Stopped


def train(
    assignment: Assignment,
    network: Network,
    device: torch.device,
    window: int | None,
    checkpoints: Checkpoints,
    report: Report,
    stopping: Callable[[], bool],
) -> tuple[Place, str | None]:
    """Train until the budget is spent; the network ends with the weights that were best on validation.

    Returns:
        How far it came, and why it diverged, if it did.

    Raises:
        Stopped: ``stopping`` said so; a checkpoint was saved.
        ValueError: the training split is smaller than a batch.
    """
    task, recipe, budget = assignment.task.task, assignment.recipe, assignment.budget
    training = assignment.prepared.arrays(Split.TRAIN)
    validation = list(task.evaluation(assignment.prepared.arrays(Split.VALIDATION), recipe.evaluation_batch, window))
    label, seed = assignment.run.model, assignment.run.seed or 0
    assert assignment.model is not None
    carries, solved = assignment.model.carries_state, task.solved_loss(assignment.prepared.encoding)
    optimiser = build_optimiser(network.parameters(), recipe)
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    place, best, state = _restore(checkpoints.latest, network, optimiser)
    schedule = Schedule(recipe, place.divisions)
    started = time.perf_counter(), time.process_time()
    reported_at = time.monotonic()
    network.train()
    for batch, batches_in_epoch in _batches(assignment, training, seed, place):
        began = time.perf_counter()
        spent = _progress(budget, place, batches_in_epoch)
        for group in optimiser.param_groups:
            group["lr"] = schedule.rate(spent)
        network.output_end.teacher_forcing = teacher_forcing(recipe, spent)
        _seed(stream("dropout", label, seed, place.step), device)
        carried = detach(state) if batch.carry and carries else None
        total, targets, state = network.loss(to_device(batch, device), carried, recipe.label_smoothing)
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(total / targets)
        clip(parameters, recipe.clip)
        optimiser.step()
        place.count(float(total.detach()), targets, batch.positions, time.perf_counter() - began)
        if not math.isfinite(place.loss_sum):
            return place, f"the training loss is not finite at step {place.step}"
        progress, now = _progress(budget, place, batches_in_epoch), time.monotonic()
        if progress >= 1.0 or progress * recipe.evaluations >= place.evaluations + 1:
            loss = validation_loss(network, validation, device)
            if not math.isfinite(loss):
                return place, f"the validation loss is not finite at step {place.step}"
            if place.evaluated(loss, optimiser.param_groups[0]["lr"]):
                best = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
            else:
                schedule.divide()
            place.divisions = schedule.divisions
            report({"progress": progress, **place.history[-1]})
            if progress >= 1.0 or (recipe.patience is not None and place.without_improvement >= recipe.patience):
                break
            if solved is not None and loss < solved:
                break
        elif now - reported_at > REPORT_S:
            report({"progress": progress, "step": place.step})
            reported_at = now
        checkpoints.after_step(partial(_checkpoint, place, network, optimiser, best, state, started), stopping())
    network.load_state_dict(best)
    return place, None


def _seed(seed: int, device: torch.device) -> None:
    """As ``torch.manual_seed``, without what it does for devices that are not there: that took a step's time."""
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        torch.cuda.manual_seed(seed)


def points(place: Place) -> tuple[Point, ...]:
    """The history as a record keeps it."""
    return tuple(Point(**point) for point in place.history)


def _batches(assignment: Assignment, training: Arrays, seed: int, place: Place) -> Iterator[tuple[Batch, int]]:
    """Batches from the place on, epoch after epoch, each with the number of batches in its epoch (0: not needed).

    The order comes from the data and the seed alone, so that every model reads the same.
    """
    task, recipe = assignment.task.task, assignment.recipe

    def epoch_batches() -> Iterator[Batch]:
        order = generator("order", assignment.prepared.fingerprint, seed, place.epoch)
        return task.batches(training, recipe.batch, order)

    while True:
        count = sum(1 for _ in epoch_batches()) if assignment.budget.epochs is not None else 0
        seen = 0
        for index, batch in enumerate(epoch_batches()):
            seen += 1
            if index >= place.batch:
                yield batch, count
        if not seen:
            raise ValueError(
                f"the training split is smaller than one batch of {recipe.batch}: set a smaller recipe.batch"
            )
        place.epoch += 1
        place.batch = 0


def _progress(budget: Any, place: Place, batches_in_epoch: int) -> float:
    """The share of the budget that is spent."""
    if budget.steps is not None:
        return float(place.step / budget.steps)
    if budget.tokens is not None:
        return float(place.positions / budget.tokens)
    if budget.seconds is not None:
        return float(place.train_s / budget.seconds)
    return float((place.epoch + place.batch / max(batches_in_epoch, 1)) / budget.epochs)


def _checkpoint(
    place: Place,
    network: Network,
    optimiser: torch.optim.Optimizer,
    best: Mapping[str, torch.Tensor],
    state: Any,
    began: tuple[float, float],
) -> Checkpoint:
    tensors = {f"network.{name}": tensor for name, tensor in network.state_dict().items()}
    tensors.update({f"best.{name}": tensor for name, tensor in best.items()})
    tensors.update(optimiser_tensors(optimiser))
    spent = {
        "earlier_wall_s": place.earlier_wall_s + time.perf_counter() - began[0],
        "earlier_cpu_s": place.earlier_cpu_s + time.process_time() - began[1],
    }
    return Checkpoint(tensors, {**vars(place), **spent}, detach(state))


def _restore(
    checkpoint: Checkpoint | None, network: Network, optimiser: torch.optim.Optimizer
) -> tuple[Place, dict[str, torch.Tensor], Any]:
    if checkpoint is None:
        return Place(), {}, None

    def named(prefix: str) -> dict[str, torch.Tensor]:
        return {
            name.removeprefix(prefix): tensor for name, tensor in checkpoint.tensors.items() if name.startswith(prefix)
        }

    network.load_state_dict(named("network."))
    restore_optimiser(optimiser, checkpoint.tensors)
    device = next(network.parameters()).device
    best = {name: tensor.to(device) for name, tensor in named("best.").items()}
    place = replace(Place(**checkpoint.values), resumed=checkpoint.values["resumed"] + 1)
    return place, best, to(checkpoint.carried, device)
