"""The process of the local executor in which one run is carried out: session, signals and pipe."""

from __future__ import annotations

import os
import signal
import threading
from multiprocessing.connection import Connection

import rnnbench
from rnnbench.contract.execution import Event, Job
from rnnbench.execute.processes import end_descendants, lead_family


def main(job: Job, connection: Connection) -> None:
    """Carry out the job and send its events through the connection; what comes back is the request to stop."""
    lead_family()
    for number in (signal.SIGINT, signal.SIGTERM):  # the main process decides, also where its whole group is told
        signal.signal(number, signal.SIG_IGN)
    stop = threading.Event()
    threading.Thread(target=_watch, args=(connection, stop), daemon=True).start()
    last: Event = rnnbench.carry_out(job, connection.send, stop.is_set)  # imported here: the main process needs it not
    end_descendants(os.getpid())  # the main process may close its end at once, which ends this process
    connection.send(last)
    connection.close()


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
