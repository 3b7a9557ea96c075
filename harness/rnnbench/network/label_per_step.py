"""Output type of sequence labelling: a class at every step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from rnnbench.contract.ends import OutputEnd, OutputType, Reads
from rnnbench.contract.models import Role
from rnnbench.network.per_step import read_y
from rnnbench.network.readout import Readout
from rnnbench.network.rows import blind_labels, column, perfect_labels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

    from rnnbench.contract.batches import Batch, Columns
    from rnnbench.contract.ends import State


@dataclass(frozen=True)
class LabelPerStep(OutputType):
    """Targets B x T (int64) below ``classes``, read off y step by step; -100 is not scored.

    Scores ``label``: the likeliest class of every step (the lowest of equals), B x T; ``log_probability``: the natural
    logarithm for the right class, B x T float64, 0 where there is no target.
    """

    roles: ClassVar[frozenset[Role]] = frozenset({Role.CAUSAL, Role.ENCODER})
    reads: ClassVar[Reads] = "y"

    classes: int

    def perfect(self, batch: Batch) -> Mapping[str, Any]:
        """The targets, with probability one."""
        return perfect_labels(batch)

    def blind(self, batch: Batch) -> Mapping[str, Any]:
        """Labels drawn evenly, with equal probabilities."""
        return blind_labels(batch, self.classes)

    def build(self, width: int, inputs: nn.Module) -> LabelPerStepEnd:  # noqa: ARG002  nothing is shared with the inputs
        """The readout E -> classes."""
        return LabelPerStepEnd(Readout(width, self.classes))


class LabelPerStepEnd(OutputEnd):
    """See :class:`LabelPerStep`."""

    def __init__(self, readout: Readout) -> None:
        super().__init__()
        self.readout = readout

    def loss(
        self, body: nn.Module, x_BTE: Tensor, batch: Batch, state: State, smoothing: float = 0.0
    ) -> tuple[Tensor, int, State]:
        """Cross entropy in nats."""
        y_BTE, state = read_y(body, x_BTE, batch, state)
        return *self.readout.loss(y_BTE, batch.targets, smoothing), state

    def score(self, body: nn.Module, x_BTE: Tensor, batch: Batch, state: State) -> tuple[Columns, State]:
        """``label`` and ``log_probability``, B x T each."""
        y_BTE, state = read_y(body, x_BTE, batch, state)
        columns = {
            "label": column(self.readout(y_BTE).argmax(2)),
            "log_probability": column(self.readout.log_probabilities(y_BTE, batch.targets)),
        }
        return columns, state
