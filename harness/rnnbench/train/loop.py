"""The training loop: any network, any task, under a recipe and a budget, and from any checkpoint of itself."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch

from rnnbench.base.streams import generator, stream
from rnnbench.contract.batches import Batch
from rnnbench.contract.datasets import Split
from rnnbench.network.network import Network
from rnnbench.network.tree import detach
from rnnbench.plan.planner import Assignment
from rnnbench.train.checkpoint_files import Checkpoints
from rnnbench.train.device import to_device
from rnnbench.train.evaluation import evaluation_batches, validation_loss
from rnnbench.train.optimiser import build_optimiser, set_learning_rate
from rnnbench.train.progress import Progress
from rnnbench.train.schedule import learning_rate, teacher_forcing
from rnnbench.train.step import seed_dropout, training_step
from rnnbench.train.training_state import restored

REPORT_S = 0.5
"""Seconds between two reports without a validation loss."""

Report = Callable[[Mapping[str, Any]], None]


def train(
    assignment: Assignment,
    network: Network,
    device: torch.device,
    window: int | None,
    checkpoints: Checkpoints,
    report: Report,
    stopping: Callable[[], bool],
) -> tuple[Progress, str | None]:
    """Train until the budget is spent; the network ends with the weights that were best on validation.

    Args:
        assignment: the run: its task, data, recipe and budget.
        network: with its initial weights, on ``device``.
        device: where to train.
        window: steps that a causal core without carried state sees at once in validation; None otherwise.
        checkpoints: the run's, with the one to go on from, if there is one.
        report: called with progress, step and losses.
        stopping: asked after each step.

    Returns:
        How far it came, and why it diverged, if it did.

    Raises:
        Stopped: ``stopping`` said so; a checkpoint was saved.
        ValueError: the training split is smaller than a batch.
    """
    task, recipe, budget = assignment.task.task, assignment.recipe, assignment.budget
    run, model = assignment.run, assignment.model
    assert model is not None
    data = assignment.prepared.arrays(Split.VALIDATION)
    validation = list(evaluation_batches(task, data, recipe.evaluation_batch, window))
    solved = task.solved_loss(assignment.prepared.encoding)
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    training = restored(network, build_optimiser(parameters, recipe), checkpoints.latest)
    optimiser, progress = training.optimiser, training.progress
    reported_at = time.monotonic()
    network.train()
    for batch, batches_in_epoch in _batches(assignment, progress):
        began = time.perf_counter()
        spent = progress.spent(budget, batches_in_epoch)
        set_learning_rate(optimiser, learning_rate(recipe, spent, progress.divisions))
        network.output_end.teacher_forcing = teacher_forcing(recipe, spent)
        seed_dropout(stream("dropout", run.model, run.seed or 0, progress.step), device)
        carried = detach(training.carried) if batch.carry and model.carries_state else None
        loss_sum, targets, training.carried = training_step(
            network, parameters, optimiser, to_device(batch, device), carried, recipe
        )
        progress.count(loss_sum, targets, batch.positions, time.perf_counter() - began)
        if not math.isfinite(progress.loss_sum):
            return progress, f"the training loss is not finite at step {progress.step}"
        spent = progress.spent(budget, batches_in_epoch)
        if spent >= 1.0 or spent * recipe.evaluations >= progress.evaluations + 1:
            loss = validation_loss(network, validation, device)
            if not math.isfinite(loss):
                return progress, f"the validation loss is not finite at step {progress.step}"
            if progress.add_evaluation(loss, optimiser.param_groups[0]["lr"]):
                training.keep_weights()
            report({"progress": spent, **progress.history[-1]})
            out_of_patience = recipe.patience is not None and progress.without_improvement >= recipe.patience
            if spent >= 1.0 or out_of_patience or (solved is not None and loss < solved):
                break
        elif time.monotonic() - reported_at > REPORT_S:
            report({"progress": spent, "step": progress.step})
            reported_at = time.monotonic()
        checkpoints.after_step(training.to_checkpoint, stopping())
    network.load_state_dict(training.best)
    return progress, None


def _batches(assignment: Assignment, progress: Progress) -> Iterator[tuple[Batch, int]]:
    """Batches from the progress on, epoch after epoch, each with the number of batches in its epoch.

    They are counted where the budget is in epochs; 0 elsewhere. The order comes from the data and the seed alone, so
    that every model reads the same.
    """
    task, recipe, prepared = assignment.task.task, assignment.recipe, assignment.prepared
    training, seed = prepared.arrays(Split.TRAIN), assignment.run.seed or 0

    def epoch_batches() -> Iterator[Batch]:
        return task.batches(training, recipe.batch, generator("order", prepared.fingerprint, seed, progress.epoch))

    while True:
        count = sum(1 for _ in epoch_batches()) if assignment.budget.epochs is not None else 0
        empty = True
        for index, batch in enumerate(epoch_batches()):
            empty = False
            if index >= progress.batch:
                yield batch, count
        if empty:
            raise ValueError(
                f"the training split is smaller than one batch of {recipe.batch}: set a smaller recipe.batch"
            )
        progress.epoch += 1
        progress.batch = 0
