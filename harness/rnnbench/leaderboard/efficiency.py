"""What rows cost: medians over seeds. Times never repeat, so they stand apart from the leaderboard.

Speeds compare only within one machine and one kernel, which are named beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rnnbench.records.schema import Kind, Plan, PlannedRun, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True)
class Cost:
    """The cost of one model on one task: seconds and bytes of a run in the middle, and what tuning took in all."""

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
        """What a speed compares within: ``own loops`` where steps are made in Python, else ``library kernels``."""
        return "own loops" if "loop" in self.kernel else "library kernels"


def costs(plan: Plan, records: Mapping[str, Record]) -> list[Cost]:
    """The costs of all rows that have an outcome, by task and model."""
    pairs = sorted({(run.task, run.model) for run in plan.runs if run.kind is Kind.TRAIN})
    found = []
    for task, model in pairs:
        runs = sorted((run for run in plan.runs if (run.task, run.model) == (task, model)), key=lambda run: run.id)
        trained = _outcomes(runs, records, Kind.TRAIN)
        tuned = _outcomes(runs, records, Kind.TUNE)
        if not trained:
            continue
        found.append(
            Cost(
                task=task,
                model=model,
                n=len(trained),
                wall_s=_median([record.wall_s for record in trained]),
                cpu_s=_median([record.cpu_s for record in trained]),
                train_s=_median([record.train_s for record in trained]),
                positions_per_s=_known_median(record.positions_per_s for record in trained),
                peak_bytes=_known_median(record.peak_bytes for record in trained),
                tune_runs=len(tuned),
                tune_cpu_s=sum(record.cpu_s for record in tuned),
                kernel=_names(record.kernel for record in trained),
                machine=_names(record.provenance.get("gpu") or record.provenance.get("cpu") for record in trained),
            )
        )
    return found


def _outcomes(runs: Iterable[PlannedRun], records: Mapping[str, Record], kind: Kind) -> list[Record]:
    return [
        records[run.id] for run in runs if run.kind is kind and run.id in records and records[run.id].status.is_outcome
    ]


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _known_median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return _median(known) if known else None


def _names(values: Iterable[Any]) -> str:
    return " / ".join(sorted({str(value) for value in values if value}))
