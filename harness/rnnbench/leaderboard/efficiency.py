"""The cost of each row: medians over seeds of time, throughput and memory.

Times never repeat exactly, so they are not part of the leaderboard. Speeds compare only within one machine and one
kernel, which are named beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from rnnbench.records.schema import Kind, Plan, PlannedRun, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Cost:
    """The cost of one model on one task: medians over its runs, and the sum of its tuning runs."""

    task: str
    model: str
    n: int
    wall_s: float
    cpu_s: float
    train_s: float
    positions_per_s: float | None
    peak_bytes: float | None
    tune_runs: int
    tune_cpu_s: float
    kernel: str
    machine: str

    @property
    def kernel_class(self) -> str:
        """The class within which speeds compare: ``own loops`` for steps in Python, else ``library kernels``."""
        return "own loops" if "loop" in self.kernel else "library kernels"


def costs(plan: Plan, records: Mapping[str, Record]) -> list[Cost]:
    """The costs of all rows that have an outcome, by task and model."""
    pairs = sorted({(run.task, run.model) for run in plan.runs if run.kind is Kind.TRAIN})
    rows = []
    for task, model in pairs:
        runs = sorted((run for run in plan.runs if (run.task, run.model) == (task, model)), key=lambda run: run.id)
        trained = _outcomes(runs, records, Kind.TRAIN)
        tuned = _outcomes(runs, records, Kind.TUNE)
        if not trained:
            continue
        rows.append(
            Cost(
                task=task,
                model=model,
                n=len(trained),
                wall_s=median([record.wall_s for record in trained]),
                cpu_s=median([record.cpu_s for record in trained]),
                train_s=median([record.train_s for record in trained]),
                positions_per_s=_known_median(record.positions_per_s for record in trained),
                peak_bytes=_known_median(record.peak_bytes for record in trained),
                tune_runs=len(tuned),
                tune_cpu_s=sum(record.cpu_s for record in tuned),
                kernel=_names(record.kernel for record in trained),
                machine=_names(record.provenance.get("gpu") or record.provenance.get("cpu") for record in trained),
            )
        )
    return rows


def _outcomes(runs: Iterable[PlannedRun], records: Mapping[str, Record], kind: Kind) -> list[Record]:
    return [
        records[run.id] for run in runs if run.kind is kind and run.id in records and records[run.id].status.is_outcome
    ]


def _known_median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _names(values: Iterable[Any]) -> str:
    return " / ".join(sorted({str(value) for value in values if value}))
