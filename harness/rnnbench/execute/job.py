"""What a worker is given, and the records of runs that it could not finish."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnbench.plan import Assignment
from rnnbench.records.schema import Record, Status
from rnnbench.suite.limits import NO_LIMITS, Limits


@dataclass(frozen=True)
class Job:
    """What a worker is given."""

    assignment: Assignment
    folder: Path
    device: str
    checkpoint_s: float
    learning_rate: float | None = None
    """The value that tuning chose."""
    limits: Limits = NO_LIMITS
    """The executor's to keep: a run that has reached one is past knowing."""


def failed(assignment: Assignment, status: Status, reason: str) -> Record:
    """The record of a run without an outcome."""
    return Record(**identity(assignment), status=status, reason=reason)


def identity(assignment: Assignment) -> dict[str, Any]:
    """What a record repeats of its planned run."""
    run = assignment.run
    return {
        "id": run.id,
        "kind": run.kind,
        "task": run.task,
        "model": run.model,
        "seed": run.seed,
        "resolved": run.resolved,
    }
