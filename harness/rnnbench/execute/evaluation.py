"""Validation losses and test scores of a network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch

from rnnbench.contract.batches import Arrays, Batch, Columns, Encoding
from rnnbench.contract.tasks import Task
from rnnbench.execute.device import to_device
from rnnbench.network.network import Network


@torch.no_grad()
def validation_loss(network: Network, batches: Iterable[Batch], device: torch.device) -> float:
    """The mean loss over all targets, without label smoothing or dropout."""
    network.eval()
    total, count, state = 0.0, 0, None
    for batch in batches:
        here = to_device(batch, device)
        loss, targets, state = network.loss(here, state if batch.carry else None)
        total += float(loss)
        count += targets
    network.train()
    return total / max(count, 1)


@torch.no_grad()
def scored(network: Network, batches: Iterable[Batch], device: torch.device) -> Iterator[tuple[Batch, Columns]]:
    """Each batch with what the output type scored of it."""
    network.eval()
    state: Any = None
    for batch in batches:
        here = to_device(batch, device)
        columns, state = network.score(here, state if batch.carry else None)
        yield batch, columns


def test_items(
    network: Network, task: Task, encoding: Encoding, test: Arrays, size: int, window: int | None, device: torch.device
) -> Columns:
    """The items of the test split, each of its rows scored once."""
    return task.items(encoding, test, scored(network, task.evaluation(test, size, window), device))
