"""One training step, and the random numbers that it may draw."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from rnnbench.contract.batches import Batch
from rnnbench.contract.ends import State
from rnnbench.network.network import Network
from rnnbench.suite import Recipe
from rnnbench.train.optimiser import clip


def training_step(
    network: Network,
    parameters: Sequence[nn.Parameter],
    optimiser: torch.optim.Optimizer,
    batch: Batch,
    state: State,
    recipe: Recipe,
) -> tuple[float, int, State]:
    """Forward, backward, clip, update; the gradient is that of the mean loss over the batch's targets.

    Args:
        network: in training mode.
        parameters: those that are trained, in the network's order.
        optimiser: over these parameters, with the learning rate of this step.
        batch: on the network's device.
        state: carried over from the batch before, or None.
        recipe: label smoothing and the largest gradient norm.

    Returns:
        (sum of the loss over targets, number of targets, state after the batch).
    """
    total, targets, state = network.loss(batch, state, recipe.label_smoothing)
    optimiser.zero_grad(set_to_none=True)
    torch.autograd.backward(total / targets)
    clip(parameters, recipe.clip)
    optimiser.step()
    return float(total.detach()), targets, state


def seed_dropout(seed: int, device: torch.device) -> None:
    """As ``torch.manual_seed``, for this device alone: seeding the others takes as long as a small step."""
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        torch.cuda.manual_seed(seed)
