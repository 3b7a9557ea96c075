"""Validation losses and test scores of a network."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import torch

from rnnbench.contract.batches import Arrays, Batch, Columns, Encoding
from rnnbench.contract.tasks import Task
from rnnbench.network.core import ContractBroken
from rnnbench.network.network import Network
from rnnbench.train.device import to_device


def evaluation_batches(task: Task, data: Arrays, size: int, window: int | None) -> Iterator[Batch]:
    """The batches that score a split: whole segments, or windows of so many steps for a core that carries no state."""
    return task.evaluation(data, size) if window is None else task.windowed(data, size, window)


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
        _check_rows(batch, columns)
        yield batch, columns


def test_items(
    network: Network, task: Task, encoding: Encoding, test: Arrays, size: int, window: int | None, device: torch.device
) -> Columns:
    """The items of the test split, each of its rows scored once.

    Raises:
        ContractBroken: the task's batches or items do not fit together.
        FloatingPointError: an item is not finite.
    """
    batches = evaluation_batches(task, test, size, window)
    if window is None:  # windows overlap: there a row comes again, for its next steps
        batches = _each_once(batches)
    items = task.items(encoding, test, scored(network, batches, device))
    check_items(items)
    return items


def check_items(items: Columns) -> None:
    """Items are equally long columns of values that can be kept.

    Raises:
        ContractBroken: they are not.
        FloatingPointError: a number among them is not finite.
    """
    if not isinstance(items, Mapping):
        raise ContractBroken(f"items are a {type(items).__name__}, expected columns by name", of_task=True)
    lengths = {name: len(column) for name, column in items.items()}
    if len(set(lengths.values())) != 1:
        raise ContractBroken(f"items have columns of different lengths: {lengths}", of_task=True)
    for name, column in items.items():
        for place, value in enumerate(column):
            if isinstance(value, float) and not math.isfinite(value):
                raise FloatingPointError(f"items, column {name!r}, item {place}: {value!r} is not finite")


def _each_once(batches: Iterable[Batch]) -> Iterator[Batch]:
    """The batches, in which no row comes again, unless to go on from where the batch before left it."""
    seen: set[int] = set()
    for batch in batches:
        rows = batch.rows.tolist()
        again = set() if batch.carry else seen.intersection(rows)
        if again or len(set(rows)) < len(rows):
            twice = min(again) if again else next(row for row in rows if rows.count(row) > 1)
            raise ContractBroken(f"the evaluation has row {twice} twice", of_task=True)
        seen.update(rows)
        yield batch


def _check_rows(batch: Batch, columns: Columns) -> None:
    rows = len(batch.rows)
    if len(batch.inputs) != rows:
        raise ContractBroken(f"a batch has {len(batch.inputs)} inputs for {rows} rows", of_task=True)
    for name, column in columns.items():
        if len(column) != rows:
            raise ContractBroken(f"{len(column)} values of {name!r} for a batch of {rows} rows", of_task=True)
