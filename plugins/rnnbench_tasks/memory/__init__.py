"""Classic tests of memory, each with its own generated rows: what must be kept, and for how long, is a dial.

A run stops when it has solved its task: where the mean loss of the validation rows is below half of what counts as
solved on the test rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench_tasks.memory.adding import Adding
from rnnbench_tasks.memory.associative_recall import AssociativeRecall
from rnnbench_tasks.memory.copy_memory import CopyMemory
from rnnbench_tasks.memory.delayed_symbols import DelayedSymbols
from rnnbench_tasks.memory.key_value_pairs import KeyValuePairs
from rnnbench_tasks.memory.marked_numbers import MarkedNumbers

if TYPE_CHECKING:
    from rnnbench import Dataset, Task

MEMORY_TASKS: tuple[type[Task], ...] = (Adding, CopyMemory, AssociativeRecall)
MEMORY_DATASETS: tuple[type[Dataset], ...] = (MarkedNumbers, DelayedSymbols, KeyValuePairs)

__all__ = [
    "MEMORY_DATASETS",
    "MEMORY_TASKS",
    "Adding",
    "AssociativeRecall",
    "CopyMemory",
    "DelayedSymbols",
    "KeyValuePairs",
    "MarkedNumbers",
]
