"""The limits of a job, for an executor that runs processes on this machine."""

from __future__ import annotations

from rnnbench.contract.execution import Job, LimitReached
from rnnbench.execute.processes import resident_bytes

GRACE_S = 4.0
"""Seconds that a run has after its limit of time to save its place and end by itself."""


def limit_reached(job: Job, pid: int, seconds: float) -> LimitReached | None:
    """The limit for which a job's process must be killed now; None while there is none.

    A limit of time counts here when :func:`rnnbench.carry_out`, which keeps it between two steps of training, has not
    ended the run a few seconds later. A limit of memory counts at once.

    Args:
        job: the job.
        pid: its process on this machine.
        seconds: since the process was started.
    """
    if job.time_limit_s is not None and seconds > job.time_limit_s + GRACE_S:
        return LimitReached.of_time(job)
    if job.memory_limit_bytes is not None and (held := resident_bytes(pid)) > job.memory_limit_bytes:
        return LimitReached.of_memory(job, held)
    return None
