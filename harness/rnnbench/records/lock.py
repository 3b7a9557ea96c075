"""The lock of a results folder: one writer at a time. The kernel releases it when the process ends."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from rnnbench.base.errors import UserError
from rnnbench.records.files import storage_errors
from rnnbench.records.plain import open_plain

LOCK = ".lock"


class FolderInUse(UserError):
    """Another process holds the lock of this results folder."""

    def __init__(self, folder: Path, host: str, pid: int, started: str) -> None:
        super().__init__(folder, host, pid, started)
        self.folder, self.host, self.pid, self.started = folder, host, pid, started

    def __str__(self) -> str:
        return f"{self.folder} is in use by process {self.pid} on {self.host} since {self.started}"


@contextlib.contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Hold the lock of ``folder``, which is created if need be.

    The kernel holds it (``flock``), so that it ends with the process, however the process ends.

    Raises:
        FolderInUse: another process holds it.
        StorageError: the folder cannot be made or locked, or ``.lock`` is no plain file.
    """
    path = folder / LOCK
    with storage_errors(path):
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = open_plain(path, os.O_RDWR | os.O_CREAT)
    try:
        with storage_errors(path):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise _in_use(folder, os.pread(descriptor, 1000, 0)) from None
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, _own_entry(), 0)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # failing is harmless: a free lock may still name its last holder
                os.ftruncate(descriptor, 0)
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_UN)  # a process forked meanwhile shares it: closing is not enough
    finally:
        os.close(descriptor)


def check_free(folder: Path) -> None:
    """Check that no process holds the lock of ``folder`` now; creates nothing.

    Raises:
        FolderInUse: another process holds it.
        StorageError: the lock cannot be read.
    """
    path = folder / LOCK
    with storage_errors(path):
        try:
            descriptor = open_plain(path)
        except (
            FileNotFoundError,
            NotADirectoryError,
        ):  # no folder, and so no lock
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _in_use(folder, os.pread(descriptor, 1000, 0)) from None
        finally:
            os.close(descriptor)


def _own_entry() -> bytes:
    """The content of the lock file: who holds the lock, for the message of :class:`FolderInUse`."""
    started = datetime.now(UTC).isoformat(timespec="seconds")
    return json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "started": started}).encode()


def _in_use(folder: Path, content: bytes) -> FolderInUse:
    """The error that names the holder from the lock file, which may be half-written."""
    try:
        holder = json.loads(content)
        return FolderInUse(folder, str(holder["host"]), int(holder["pid"]), str(holder["started"]))
    except (ValueError, KeyError, TypeError):
        return FolderInUse(folder, "an unknown host", 0, "an unknown time")
