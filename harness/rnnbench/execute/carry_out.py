"""The process of one run, whoever started it: set up, carried out, and whatever is raised made an event."""

from __future__ import annotations

import os
import pickle
import sys
import time
import traceback
import warnings
from collections.abc import Callable

import torch

from rnnbench.base.messages import format_error
from rnnbench.contract.execution import Finished, Job, LimitReached, NotStored, Stopped
from rnnbench.discovery import discover
from rnnbench.execute.job import failed
from rnnbench.execute.phases import MAX_REASON, Report, is_out_of_memory
from rnnbench.execute.run import run
from rnnbench.records.files import StorageError
from rnnbench.records.logs import open_log
from rnnbench.records.schema import Record, Status
from rnnbench.train import checkpoint_files
from rnnbench.train.device import set_up


def carry_out(job: Job, report: Report, stopping: Callable[[], bool]) -> Finished | Stopped | LimitReached | NotStored:
    """Carry out a job in this process: train, score, and give the last event of the job.

    The process must be a fresh one that serves this job alone: its output goes to the run's log from here on, torch is
    set to the job's threads and to deterministic kernels, and plugins may leave anything behind. It should ignore
    SIGINT, which a terminal sends to all processes of its group, or be in a session of its own.

    Args:
        job: the run.
        report: called with each event before the last one, in this thread.
        stopping: asked after each step of training. Once it is true, the run saves its place and stops.

    Returns:
        Finished, also where the run failed: its record says why. Stopped where ``stopping`` was true. LimitReached
        where the limit of wall time was reached, counted from this call on. NotStored where a file could not be
        written.
    """
    deadline = None if job.time_limit_s is None else time.monotonic() + job.time_limit_s

    def is_over() -> bool:
        return deadline is not None and time.monotonic() > deadline

    try:
        _redirect_output(open_log(job.folder, job.id))
        set_up(torch.device(job.device))
        return _picklable(run(job, discover(), report, lambda: stopping() or is_over()))
    except checkpoint_files.Stopped:
        return LimitReached.of_time(job) if is_over() and not stopping() else Stopped(job.id)
    except StorageError as error:
        return NotStored(job.id, error)
    except BaseException as error:  # noqa: BLE001  a plugin may raise anything, SystemExit too
        traceback.print_exc()
        return Finished(job.id, _record_of(error, job))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _picklable(finished: Finished) -> Finished:
    """The event, once it is known that it can be sent: a plugin may put anything into its items."""
    pickle.dumps(finished)
    return finished


def _record_of(error: BaseException, job: Job) -> Record:
    """The record of a run that raised: one readable line; the traceback is in its log."""
    status = Status.OOM if is_out_of_memory(error) else Status.FAILED
    return failed(job.assignment, status, format_error(error, MAX_REASON))


def _redirect_output(descriptor: int) -> None:
    """Let what plugins and libraries print go to the run's log."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    warnings.simplefilter("default")
