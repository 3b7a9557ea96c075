"""The copy memory problem: reproduce symbols after a delay; scored by the share of them that is right.

::

    input    c a h _ _ _ _ ! _ _ _      delay 5: four blanks and the marker
    target   . . . . . . . . c a h      . is not scored

Source: Hochreiter and Schmidhuber 1997, in the form of Arjovsky, Shah and Bengio 2016 (arXiv:1511.06464): 10 symbols
of an alphabet of 8, T - 1 blanks, a marker, 10 blanks. They score the blanks too: a model without memory, which knows
when to answer but not what, has a mean loss of 10 ln 8 / (T + 20) there, and of ln 8 for each recalled symbol here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rnnbench import Arrays, Baseline, Columns, Encoding, LabelPerStep, Role, Row, Task, Tokens
from rnnbench_tasks.memory.delayed_symbols import SymbolsRow
from rnnbench_tasks.memory.fixed_length import FixedLength, in_row_order, one_length
from rnnbench_tasks.memory.solved import RECALL_SOLVED, RECALLED, STOP_NLL
from rnnbench_tasks.rows import of_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnnbench import Batch, Dataset, InputType, OutputType

IGNORED = -100
"""A target that is not scored."""


def _memoryless(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:  # noqa: ARG001
    scored_RT = test["targets"] != IGNORED
    count_R = scored_RT.sum(axis=1)
    right_R = (test["targets"] == 0).sum(axis=1)
    nll_R = np.log(encoding["alphabet"]) * count_R
    return {"right": right_R.tolist(), "count": count_R.tolist(), "nll": nll_R.tolist()}


MEMORYLESS = Baseline("memoryless", "one symbol always: it knows when to answer, but not what", _memoryless, True)


@dataclass(frozen=True, kw_only=True)
class CopyMemory(FixedLength):
    """Reproduce the symbols behind the marker, one a step; the dataset's ``delay`` is the dial."""

    name = "copy-memory"
    role = Role.CAUSAL
    rows = SymbolsRow
    metrics = (RECALL_SOLVED, RECALLED)
    item_kind = "row"
    columns = {"right": "int64", "count": "int64", "nll": "float64"}

    def fit(self, training: Sequence[Row], channels: Sequence[str]) -> Encoding:  # noqa: ARG002  series only
        """The size of the alphabet."""
        return {"alphabet": 1 + max(max(row.symbols) for row in of_type(SymbolsRow, training))}

    def encode(self, encoding: Encoding, rows: Sequence[Row], before: Arrays | None) -> Arrays:  # noqa: ARG002
        """``inputs`` and ``targets`` R x (count + delay + count); behind the alphabet stand the blank and the marker.

        Raises:
            ValueError: the rows are of several lengths, or one has a symbol that no training row has.
        """
        sequences, blank = of_type(SymbolsRow, rows), encoding["alphabet"]
        count = one_length(len(row.symbols) for row in sequences)
        delay = one_length(row.delay for row in sequences)
        symbols_RK = np.asarray([row.symbols for row in sequences], dtype=np.int64)
        if symbols_RK.max() >= blank:
            raise ValueError(f"symbol {symbols_RK.max()} is in no training row, only 0 to {blank - 1}")
        inputs_RT = np.full((len(sequences), count + delay + count), blank)
        inputs_RT[:, :count] = symbols_RK
        inputs_RT[:, count + delay - 1] = blank + 1
        targets_RT = np.full_like(inputs_RT, IGNORED)
        targets_RT[:, -count:] = symbols_RK
        return {"inputs": inputs_RT, "targets": targets_RT}

    def input(self, encoding: Encoding) -> InputType:
        """The alphabet, the blank and the marker."""
        return Tokens(encoding["alphabet"] + 2)

    def output(self, encoding: Encoding) -> OutputType:
        """A symbol a step."""
        return LabelPerStep(encoding["alphabet"])

    def items(self, encoding: Encoding, data: Arrays, scored: Iterable[tuple[Batch, Columns]]) -> Columns:  # noqa: ARG002
        """A sequence each, in row order: ``right`` symbols, their ``count``, and its ``nll`` (nats)."""
        columns = list(scored)
        scored_RT = data["targets"] != IGNORED
        right_RT = in_row_order(data, columns, "label") == data["targets"]
        nll_RT = -in_row_order(data, columns, "log_probability").astype(np.float64)
        return {
            "right": (right_RT & scored_RT).sum(axis=1).tolist(),
            "count": scored_RT.sum(axis=1).tolist(),
            "nll": (nll_RT * scored_RT).sum(axis=1).tolist(),
        }

    def baselines(self) -> tuple[Baseline, ...]:
        """No memory."""
        return (MEMORYLESS,)

    def chance(self, encoding: Encoding, validation: Arrays) -> float:  # noqa: ARG002
        """Not solved."""
        return 0.0

    def trivial_loss(self, encoding: Encoding, training: Arrays, validation: Arrays) -> float:  # noqa: ARG002
        """The logarithm of the alphabet's size, for each recalled symbol."""
        return float(np.log(encoding["alphabet"]))

    def solved_loss(self, encoding: Encoding) -> float:  # noqa: ARG002
        """Few enough nats a symbol that hardly one is wrong."""
        return STOP_NLL

    def optimum(self, dataset: Dataset, encoding: Encoding, rows: Sequence[Row], test: Arrays) -> dict[str, float]:  # noqa: ARG002
        """All symbols: they are in the row."""
        return {RECALLED.name: 100.0, RECALL_SOLVED.name: 100.0}
