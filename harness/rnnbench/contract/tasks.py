"""The task's side of the contract: what is asked, how rows become batches, and how predictions are scored."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

from rnnbench.contract.batches import Arrays, Batch, Columns, Encoding
from rnnbench.contract.datasets import Dataset, Row, Rows
from rnnbench.contract.earlier import adapt_task
from rnnbench.contract.items import Kind
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
    """A question with its batches and scores. Fields are options, each with a default; they go into the run id.

    ``metrics``, a class attribute or a property: the first one ranks. ``block`` says what one row of items is.
    ``version`` is raised whenever batches, items or scores change.
    """

    name: ClassVar[str]
    role: ClassVar[Role]
    rows: ClassVar[type]
    block: ClassVar[str]
    items_are: ClassVar[Literal["rows", "windows", "lines"] | None] = None
    """How many items a whole test set makes, for the offline check: one a test row (``rows``); blocks of all windows of
    a series (``windows``); stretches of a text, at least a token a line (``lines``). None: not checked."""
    columns: ClassVar[Mapping[str, Kind]] = {}
    """The columns of :meth:`items` and their types, for ``rnnbench show`` and to check a suite's metrics early; empty:
    they are not declared."""
    version: ClassVar[int] = 1

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        adapt_task(cls)

    @property
    @abstractmethod
    def metrics(self) -> tuple[Metric, ...]:
        """How answers are scored; the first one ranks."""

    @property
    def segment(self) -> int | None:
        """Steps of a batch whose state is carried on to the next (truncated back-propagation); None: none is."""
        return None

    @abstractmethod
    def fit(self, rows: Rows) -> Encoding:
        """Learn the encoding from the training rows."""

    @abstractmethod
    def encode(self, encoding: Encoding, rows: Rows) -> Arrays:
        """The rows of a split as arrays; what a series needs of the split before is in ``rows.before``."""

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
    def evaluation(self, data: Arrays, size: int) -> Iterator[Batch]:
        """Each row once, ``size`` rows at a time."""

    def windowed(self, data: Arrays, size: int, window: int) -> Iterator[Batch]:
        """Each target once, in windows of ``window`` steps, for a causal core that carries no state.

        Asked only of a task whose :meth:`evaluation` carries the state from batch to batch. Without this method such a
        core sees one batch at a time there.
        """
        return self.evaluation(data, size)

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

    def counts(self, encoding: Encoding, data: Arrays) -> dict[str, int]:
        """Sizes of a split to print beside its number of rows."""
        return {}
