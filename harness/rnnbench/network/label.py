"""Output type of classification: one class for a sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from torch import nn

from rnnbench.contract.ends import OutputEnd, OutputType
from rnnbench.contract.models import Role
from rnnbench.network.rows import blind_labels, column, lengths_of, perfect_labels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from rnnbench.contract.batches import Batch, Columns
    from rnnbench.contract.ends import State


@dataclass(frozen=True)
class Label(OutputType):
    """Targets B (int64) below ``classes``, read off the core's summary.

    Scores ``label``: the likeliest class (the lowest of equals); ``log_probability``: of the right class, float64.
    """

    roles: ClassVar[frozenset[Role]] = frozenset({Role.ENCODER})

    classes: int

    def perfect(self, batch: Batch) -> Mapping[str, Any]:
        """The targets, with probability one."""
        return perfect_labels(batch)

    def blind(self, batch: Batch) -> Mapping[str, Any]:
        """Labels drawn evenly, with equal probabilities."""
        return blind_labels(batch, self.classes)

    def build(self, width: int, inputs: nn.Module) -> LabelEnd:  # noqa: ARG002  nothing is shared with the inputs
        """The linear map E -> classes."""
        return LabelEnd(width, self.classes)


class LabelEnd(OutputEnd):
    """See :class:`Label`."""

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.map = nn.Linear(width, classes)

    def _logits(self, body: nn.Module, x_BTE: Tensor, batch: Batch) -> Tensor:
        _, summary_BE = body(x_BTE, lengths_of(batch))
        logits_BK: Tensor = self.map(summary_BE)
        return logits_BK

    def loss(
        self, body: nn.Module, x_BTE: Tensor, batch: Batch, state: State, smoothing: float = 0.0
    ) -> tuple[Tensor, int, State]:
        """Cross entropy in nats."""
        logits_BK = self._logits(body, x_BTE, batch)
        total = nn.functional.cross_entropy(logits_BK, batch.targets, reduction="sum", label_smoothing=smoothing)
        return total, len(batch.targets), state

    def score(self, body: nn.Module, x_BTE: Tensor, batch: Batch, state: State) -> tuple[Columns, State]:
        """``label`` and ``log_probability``, B each."""
        logits_BK = self._logits(body, x_BTE, batch).double()
        log_probability_B = -nn.functional.cross_entropy(logits_BK, batch.targets, reduction="none")
        columns = {"label": column(logits_BK.argmax(1)), "log_probability": column(log_probability_B)}
        return columns, state
