"""The three tests of memory on small data, each with stand-ins for a network: a perfect one and one that errs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from rnnbench import Batch, Columns, Dataset, Rows, Split, Task
from rnnbench_tasks.memory import Adding, AssociativeRecall, CopyMemory, DelayedSymbols, KeyValuePairs, MarkedNumbers

SMALL: dict[str, Any] = {"train_rows": 400, "validation_rows": 60, "test_rows": 101}


@dataclass
class Case:
    """A task whose rows are encoded. A scorer maps a batch to what an output type would score."""

    task: Task
    dataset: Dataset
    perfect: Callable[[Batch], Columns]
    erring: Callable[[Batch], Columns]

    def __post_init__(self) -> None:
        self.rows = {split: self.dataset.load(split, None) for split in Split}
        self.encoding = self.task.fit(self.rows[Split.TRAIN])
        self.arrays: dict[Split, Any] = {}
        before = None
        for split in Split:
            before = self.arrays[split] = self.task.encode(self.encoding, Rows(self.rows[split], (), before))

    @property
    def test(self) -> Any:
        return self.arrays[Split.TEST]

    def items(self, scorer: Callable[[Batch], Columns], size: int) -> Columns:
        batches = self.task.evaluation(self.test, size)
        return self.task.items(self.encoding, self.test, ((batch, scorer(batch)) for batch in batches))


def labelled(shift: Callable[[Batch], Any], nll: float) -> Callable[[Batch], Columns]:
    """The targets, moved; a target that is not scored gets a label too, as from a network."""

    def score(batch: Batch) -> Columns:
        targets = batch.targets.numpy()
        return {"label": (np.maximum(targets, 0) + shift(batch)) % 8, "log_probability": np.full(targets.shape, -nll)}

    return score


CASES: dict[str, Callable[[], Case]] = {
    "adding": lambda: Case(
        Adding(),
        MarkedNumbers(**SMALL, length=12),
        lambda batch: {"prediction": batch.targets.numpy()},
        lambda batch: {"prediction": batch.inputs[..., 0].sum(dim=1).numpy()},
    ),
    "copy-memory": lambda: Case(
        CopyMemory(),
        DelayedSymbols(**SMALL, delay=7, count=5),
        labelled(lambda batch: 0, 0.0),
        labelled(lambda batch: batch.inputs[:, :1].numpy() % 2, 0.4),
    ),
    "associative-recall": lambda: Case(
        AssociativeRecall(),
        KeyValuePairs(**SMALL, pairs=3, values=8),
        labelled(lambda batch: 0, 0.0),
        labelled(lambda batch: batch.inputs[:, 0].numpy() % 2, 0.4),
    ),
}


@pytest.fixture(params=CASES, scope="session")
def case(request: pytest.FixtureRequest) -> Case:
    """Each test of memory in turn."""
    return CASES[request.param]()
