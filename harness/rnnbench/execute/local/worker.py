"""The process of one run: set up, carried out, reported to the main process, and ended with it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
import warnings
from multiprocessing.connection import Connection
from typing import Any

import torch

from rnnbench.execute.job import Job, failed
from rnnbench.execute.local.processes import end_descendants, lead_family
from rnnbench.execute.phases import is_out_of_memory
from rnnbench.records.files import StorageError
from rnnbench.records.logs import open_log
from rnnbench.records.schema import Record, Status
from rnnbench.train.checkpoint_files import Stopped
from rnnbench.train.device import set_up


def main(job: Job, connection: Connection) -> None:
    """The process's entry: run the job and send how it ended.

    That is ``("finished", (record, items))``, ``("stopped", None)``, or ``("unstored", error)`` where the results
    folder takes nothing more.
    """
    lead_family()
    for number in (signal.SIGINT, signal.SIGTERM):  # the main process decides, also where its whole group is told
        signal.signal(number, signal.SIG_IGN)
    stop = threading.Event()
    threading.Thread(target=_watch, args=(connection, stop), daemon=True).start()

    def send(kind: str, payload: Any) -> None:
        if kind not in ("phase", "progress"):  # the main process may close its end at once, which ends this process
            sys.stdout.flush()
            sys.stderr.flush()
            end_descendants(os.getpid())
        connection.send((kind, payload))

    try:
        _log_to(open_log(job.folder, job.assignment.run.id))
        from rnnbench.execute.run import run  # noqa: PLC0415  heavy, and the main process imports this module too

        set_up(torch.device(job.device))
        send("finished", run(job, send, stop.is_set))
    except Stopped:
        send("stopped", None)
    except StorageError as error:
        send("unstored", error)
    except BaseException as error:  # noqa: BLE001  a plugin may raise anything, SystemExit too
        traceback.print_exc()
        send("finished", (_unfinished(job, Status.OOM if is_out_of_memory(error) else Status.FAILED, error), None))
    connection.close()


def _unfinished(job: Job, status: Status, error: BaseException) -> Record:
    """The record of a run that raised: one readable line; the traceback is in its log."""
    text = " ".join(str(error).split()) or type(error).__name__
    reason = f"{type(error).__name__}: {text}"[:500]
    return failed(job.assignment, status, reason)


def _watch(connection: Connection, stop: threading.Event) -> None:
    """End with the main process: when its end of the pipe closes there is nobody left to work for."""
    try:
        while True:
            connection.recv()
            stop.set()
    except (EOFError, OSError):
        if not connection.closed:
            end_descendants(os.getpid())
            os._exit(1)


def _log_to(descriptor: int) -> None:
    """What plugins and libraries print goes to the run's log, not into the display."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    warnings.simplefilter("default")
