"""From a planned run to the job that an executor is given, and the records of runs without an outcome."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rnnbench.contract.execution import Job
from rnnbench.plan import Assignment
from rnnbench.records.schema import Record, Status
from rnnbench.suite.limits import NO_LIMITS, Limits


def make_job(
    assignment: Assignment,
    folder: Path,
    device: str,
    checkpoint_s: float,
    learning_rate: float | None = None,
    limits: Limits = NO_LIMITS,
) -> Job:
    """A job for a planned run; ``learning_rate`` is the value that tuning chose."""
    run = assignment.run
    return Job(
        id=run.id,
        estimate_s=run.estimate_s,
        device=device,
        threads=run.resolved.get("threads", 1),
        time_limit_s=limits.seconds,
        memory_limit_bytes=limits.memory,
        folder=folder.absolute(),
        checkpoint_s=checkpoint_s,
        learning_rate=learning_rate,
        assignment=assignment,
    )


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
