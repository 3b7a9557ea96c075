"""A task on a dataset: rows encoded once, batches, and the items of an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from rnnbench.conformance.findings import NotApplicable
from rnnbench.conformance.reference import Reference
from rnnbench.contract.batches import Arrays, Batch, Columns, Encoding
from rnnbench.contract.datasets import Dataset, Rows, Split
from rnnbench.contract.metrics import Metric
from rnnbench.contract.tasks import Task
from rnnbench.metrics.scoring import score
from rnnbench.network.network import Network, build_network

EMBEDDING = 8


@dataclass(frozen=True)
class TaskOnData:
    """The subject of the laws of tasks."""

    task: Task
    dataset: Dataset
    folder: Path | None = None
    """The data folder, for a dataset that is not embedded."""

    @cached_property
    def rows(self) -> dict[Split, Rows]:
        """The rows of each split."""
        channels = tuple(self.dataset.channels)
        return {split: Rows(self.dataset.load(split, self.folder), channels) for split in Split}

    @cached_property
    def encoding(self) -> Encoding:
        """What the task fits on the training rows."""
        return self.task.fit(self.rows[Split.TRAIN])

    @cached_property
    def arrays(self) -> dict[Split, Arrays]:
        """The encoded rows of each split."""
        found: dict[Split, Arrays] = {}
        before: Arrays | None = None
        for split in Split:
            before = found[split] = self.encoded(self.encoding, split, before)
        return found

    def encoded(self, encoding: Encoding, split: Split, before: Arrays | None) -> Arrays:
        """The rows of a split as arrays, after those of the split ``before``."""
        return self.task.encode(encoding, replace(self.rows[split], before=before))

    def network(self) -> Network:
        """A small network with weights from torch's stream."""
        output = self.task.output(self.encoding)
        return build_network(Reference(), self.task.role, self.task.input(self.encoding), output, EMBEDDING, 0.0)

    def evaluation(self, size: int, split: Split = Split.TEST) -> list[Batch]:
        """All evaluation batches of ``size`` rows."""
        return list(self.task.evaluation(self.arrays[split], size))

    def items(self, scored: Iterable[tuple[Batch, Columns]], split: Split = Split.TEST) -> Columns:
        """The items of scored batches."""
        return self.task.items(self.encoding, self.arrays[split], scored)

    def answered(self, answer: Callable[[Batch], Mapping[str, Any]], split: Split) -> Columns:
        """The items of an output type's stand-in answer; NotApplicable where it has none."""
        try:
            scored = [(batch, answer(batch)) for batch in self.evaluation(32, split)]
        except NotImplementedError as error:
            output = type(self.task.output(self.encoding)).__name__
            raise NotApplicable(f"the output type {output} makes no stand-in answer") from error
        return self.items(scored, split)

    def value(self, metric: Metric, items: Columns) -> float:
        """The value of a metric on items."""
        return score(metric, items)


@torch.no_grad()
def network_scores(network: Network, batches: Iterable[Batch]) -> list[tuple[Batch, Columns]]:
    """Each batch with the columns that a network scores for it; its state is carried where ``batch.carry`` is true."""
    network.eval()
    state: Any = None
    found = []
    for batch in batches:
        columns, state = network.score(batch, state if batch.carry else None)
        found.append((batch, columns))
    return found
