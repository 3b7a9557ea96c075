"""The task's side of the contract: what is asked, how rows become batches, and how predictions are scored."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from rnnbench.contract.batches import Arrays, Batch, Columns, Encoding
from rnnbench.contract.datasets import Dataset, Row
from rnnbench.contract.metrics import Metric
from rnnbench.contract.models import Role

if TYPE_CHECKING:
    import numpy as np

    from rnnbench.contract.ends import InputType, OutputType


@dataclass(frozen=True)
class Baseline:
    """A trivial or classical predictor: fitted on training rows, it predicts the test rows' items."""

    name: str
    description: str
    predict: Callable[[Task, Encoding, Arrays, Arrays], Columns] = field(repr=False)
    """``predict(task, encoding, training, test) -> items``, the same columns as :meth:`Task.items`."""
    trivial: bool = False
    """Whether it is the floor that every trained model must beat."""


@dataclass(frozen=True, kw_only=True)
class Task(ABC):
    """What is asked. Fields are options, each with a default; all of them go into the run id (later ones: ``ADDED``).

    ``metrics``: the first one ranks. ``block`` says what one row of items is. ``version`` is raised whenever batches,
    items or scores change.
    """

    name: ClassVar[str]
    role: ClassVar[Role]
    rows: ClassVar[type]
    metrics: ClassVar[tuple[Metric, ...]]
    block: ClassVar[str]
    version: ClassVar[int] = 1

    @abstractmethod
    def fit(self, training: Sequence[Row], channels: Sequence[str]) -> Encoding:
        """Learn the encoding from the training rows; ``channels`` names a series' columns."""

    @abstractmethod
    def encode(self, encoding: Encoding, rows: Sequence[Row], before: Arrays | None) -> Arrays:
        """Rows as arrays; ``before`` is the encoded split that a series continues."""

    @abstractmethod
    def input(self, encoding: Encoding) -> InputType:
        """The input type: ``Tokens`` or ``Reals``."""

    @abstractmethod
    def output(self, encoding: Encoding) -> OutputType:
        """The output type.

        One of ``NextToken``, ``TargetSequence``, ``Label``, ``LabelPerStep``, ``BitsPerStep``, ``Horizon``, ``Value``.
        """

    @abstractmethod
    def batches(self, data: Arrays, size: int, order: np.random.Generator) -> Iterator[Batch]:
        """One epoch of training batches of ``size`` rows, in an order drawn from ``order`` alone."""

    @abstractmethod
    def evaluation(self, data: Arrays, size: int, window: int | None = None) -> Iterator[Batch]:
        """Each row once, ``size`` rows at a time.

        ``window`` is set for a causal core that carries no state: the steps that it sees at once.
        """

    @abstractmethod
    def items(self, encoding: Encoding, data: Arrays, scored: Iterable[tuple[Batch, Columns]]) -> Columns:
        """Items from what the output type scored, batch by batch; independent of the batch size."""

    @abstractmethod
    def baselines(self) -> tuple[Baseline, ...]:
        """The predictors that no table is published without."""

    @abstractmethod
    def chance(self, encoding: Encoding, validation: Arrays) -> float:
        """The first metric's value for a predictor that learned nothing; a diverged run scores it."""

    @abstractmethod
    def trivial_loss(self, encoding: Encoding, training: Arrays, validation: Arrays) -> float:
        """The validation loss of the trivial predictor, in the unit of the training loss."""

    def solved_loss(self, encoding: Encoding) -> float | None:
        """The validation loss below which the task is solved and training stops; None: it goes on to the end."""
        return None

    def remarks(self) -> tuple[str, ...]:
        """What a table must say of these options, a line each."""
        return ()

    def knows_optimum(self, dataset: Dataset) -> bool:
        """Whether :meth:`optimum` has an answer, given these options of the task and this dataset."""
        return dataset.has_optimum

    def optimum(self, dataset: Dataset, encoding: Encoding, rows: Sequence[Row], test: Arrays) -> dict[str, float]:
        """The score of the generator's own predictor on the test rows, by metric name. None beats it in expectation."""
        del encoding, test
        return dataset.optimum(rows) or {}

    @abstractmethod
    def counts(self, encoding: Encoding, data: Arrays) -> dict[str, int]:
        """Sizes of a split to print: ``rows`` and whatever else helps."""
