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

from rnnbench import (
    IGNORED,
    Arrays,
    Baseline,
    Columns,
    Encoding,
    LabelPerStep,
    Role,
    Row,
    Task,
    Tokens,
    rows_of_type,
    scored_by_row,
)
from rnnbench_tasks.memory.delayed_symbols import SymbolsRow
from rnnbench_tasks.memory.fixed_length import FixedLength, one_length
from rnnbench_tasks.memory.solved import RECALL_SOLVED, RECALLED, STOP_NLL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnnbench import Batch, Dataset, InputType, OutputType, Rows


def _memoryless(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
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
    columns = {"right": "int64", "count": "int64", "nll": "float64"}

    def fit(self, rows: Rows) -> Encoding:
        """The size of the alphabet."""
        return {"alphabet": 1 + max(max(row.symbols) for row in rows_of_type(SymbolsRow, rows))}

    def encode(self, encoding: Encoding, rows: Rows) -> Arrays:
        """``inputs`` and ``targets`` R x (count + delay + count); behind the alphabet stand the blank and the marker.

        Raises:
            ValueError: the rows are of several lengths, or one has a symbol that no training row has.
        """
        sequences, blank = rows_of_type(SymbolsRow, rows), encoding["alphabet"]
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

    def items(self, encoding: Encoding, data: Arrays, scored: Iterable[tuple[Batch, Columns]]) -> Columns:
        """A sequence each, in row order: ``right`` symbols, their ``count``, and its ``nll`` (nats)."""
        label_RT, log_probability_RT = scored_by_row(scored, len(data["targets"]), "label", "log_probability")
        scored_RT = data["targets"] != IGNORED
        right_RT = label_RT == data["targets"]
        return {
            "right": (right_RT & scored_RT).sum(axis=1).tolist(),
            "count": scored_RT.sum(axis=1).tolist(),
            "nll": (-log_probability_RT * scored_RT).sum(axis=1).tolist(),
        }

    def baselines(self) -> tuple[Baseline, ...]:
        """No memory."""
        return (MEMORYLESS,)

    def chance(self, encoding: Encoding, validation: Arrays) -> float:
        """Not solved."""
        return 0.0

    def trivial_loss(self, encoding: Encoding, training: Arrays, validation: Arrays) -> float:
        """The logarithm of the alphabet's size, for each recalled symbol."""
        return float(np.log(encoding["alphabet"]))

    def solved_loss(self, encoding: Encoding) -> float:
        """Few enough nats a symbol that hardly one is wrong."""
        return STOP_NLL

    def optimum(self, dataset: Dataset, encoding: Encoding, rows: Sequence[Row], test: Arrays) -> dict[str, float]:
        """All symbols: they are in the row."""
        return {RECALLED.name: 100.0, RECALL_SOLVED.name: 100.0}
