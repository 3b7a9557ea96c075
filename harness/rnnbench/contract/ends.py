"""What stands before and after a core: input and output types, declared by tasks and owned by the harness."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from torch import nn

from rnnbench.contract.batches import Batch, Columns
from rnnbench.contract.models import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

State = Any
"""A tensor or nested tuples of tensors, batch in dimension 1; None before the first step."""

Reads = Literal["summary", "y"]
"""What an output type reads of an encoder."""


@dataclass(frozen=True)
class InputType(ABC):
    """Turns a batch's inputs into x_BTE."""

    @abstractmethod
    def build(self, width: int) -> nn.Module:
        """A module from inputs to x_BTE, with E = ``width``."""


@dataclass(frozen=True)
class OutputType(ABC):
    """Turns a core's output into a loss and into scores."""

    roles: ClassVar[frozenset[Role]]
    reads: ClassVar[Reads] = "summary"
    """Of an encoder: where only y is read, nothing is built that makes a summary alone."""

    def perfect(self, batch: Batch) -> Mapping[str, Any]:
        """The columns of :meth:`OutputEnd.score` for an answer that is right, made from ``batch.targets`` alone.

        Each column is an array or a list with one entry a row. The conformance kit scores it: a task's metrics should
        then be at their best.

        Raises:
            NotImplementedError: this output type has none; the laws that need it do not apply.
        """
        raise NotImplementedError

    def blind(self, batch: Batch) -> Mapping[str, Any]:
        """The same for an answer that knows nothing: equal probabilities, labels drawn evenly, zeros, no words.

        The conformance kit scores it: a task's first metric should then be what :meth:`Task.chance` says.

        Raises:
            NotImplementedError: this output type has none; the laws that need it do not apply.
        """
        raise NotImplementedError

    @abstractmethod
    def build(self, width: int, inputs: nn.Module) -> OutputEnd:
        """The end for cores behind maps of E = ``width``; ``inputs`` is the input end (a tied readout shares it)."""


class OutputEnd(nn.Module, ABC):
    """The map, the loss and the decoding of one output type.

    ``body`` is the core between its E <-> D maps: it obeys the role's signature at width E.
    """

    def prepare(self, inputs: Tensor, lengths: Tensor | None) -> Tensor:
        """What the input end reads in place of ``inputs``; these, unless an output type says otherwise."""
        return inputs

    teacher_forcing: float = 1.0
    """The share of a decoder's inputs that are the right tokens; training sets it before each step, and ends without a
    decoder ignore it."""

    @abstractmethod
    def loss(
        self, body: nn.Module, x_BTE: Tensor, batch: Batch, state: State, smoothing: float = 0.0
    ) -> tuple[Tensor, int, State]:
        """(sum of the loss over targets, number of targets, state after the batch)."""

    @abstractmethod
    def score(self, body: nn.Module, x_BTE: Tensor, batch: Batch, state: State) -> tuple[Columns, State]:
        """What the task makes items of, one entry for each row of the batch, and the state; without gradients."""
