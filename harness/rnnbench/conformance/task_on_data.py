"""A task on a dataset: rows encoded once, batches, and the items of an answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from rnnbench.conformance.answers import Answer
from rnnbench.conformance.reference import Reference
from rnnbench.contract.batches import Arrays, Batch, Columns, Encoding
from rnnbench.contract.datasets import Dataset, Row, Split
from rnnbench.contract.metrics import Metric
from rnnbench.contract.tasks import Task
from rnnbench.metrics.scoring import score
from rnnbench.network.network import Network, build_network

EMBEDDING = 8


@dataclass(frozen=True)
class TaskOnData:
    """What the laws of tasks are about."""

    task: Task
    dataset: Dataset
    folder: Path | None = None
    """The data folder, for a dataset that is not embedded."""

    @cached_property
    def rows(self) -> dict[Split, list[Row]]:
        """The rows of each split."""
        return {split: list(self.dataset.load(split, self.folder)) for split in Split}

    @cached_property
    def encoding(self) -> Encoding:
        """What the task learns from the training rows."""
        return self.task.fit(self.rows[Split.TRAIN], self.dataset.channels)

    @cached_property
    def arrays(self) -> dict[Split, Arrays]:
        """The encoded rows of each split."""
        found: dict[Split, Arrays] = {}
        before: Arrays | None = None
        for split in Split:
            before = found[split] = self.task.encode(self.encoding, self.rows[split], before)
        return found

    def network(self) -> Network:
        """A small network with weights from torch's stream."""
        output = self.task.output(self.encoding)
        return build_network(Reference(), self.task.role, self.task.input(self.encoding), output, EMBEDDING, 0.0)

    def evaluation(self, size: int, split: Split = Split.TEST) -> list[Batch]:
        """All evaluation batches of ``size`` rows."""
        return list(self.task.evaluation(self.arrays[split], size))

    def items(self, scored: Iterable[tuple[Batch, Columns]], split: Split = Split.TEST) -> Columns:
        """Items of what was scored."""
        return self.task.items(self.encoding, self.arrays[split], scored)

    def answered(self, answer: Answer, size: int = 32, split: Split = Split.TEST) -> Columns:
        """The items of an answer."""
        return self.items(((batch, answer(batch)) for batch in self.evaluation(size, split)), split)

    def value(self, metric: Metric, items: Columns) -> float:
        """A metric of items."""
        return score(metric, items)


@torch.no_grad()
def network_scores(network: Network, batches: Iterable[Batch]) -> list[tuple[Batch, Columns]]:
    """Each batch with what a network scores of it, its state carried where the batches say so."""
    network.eval()
    state: Any = None
    found = []
    for batch in batches:
        columns, state = network.score(batch, state if batch.carry else None)
        found.append((batch, columns))
    return found
