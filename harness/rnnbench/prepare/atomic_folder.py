"""Creates a folder atomically: complete or not at all, also where the process is killed meanwhile."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

PREFIX = ".unfinished-"


@contextlib.contextmanager
def atomic_folder(place: Path) -> Iterator[Path]:
    """A temporary folder to write into, renamed to ``place`` at the end of the block unless another process was first.

    Temporary folders of killed processes are removed: each process holds a lock on its own, which ends with it.

    Raises:
        OSError: it cannot be created or renamed.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as cleanup:
        with _locked(place.parent, fcntl.LOCK_EX):  # so that no process removes a folder that is not locked yet
            for left in place.parent.glob(f"{PREFIX}*"):
                with contextlib.suppress(OSError), _locked(left, fcntl.LOCK_EX | fcntl.LOCK_NB):
                    shutil.rmtree(left)
            unfinished = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place.parent))
            cleanup.callback(shutil.rmtree, unfinished, ignore_errors=True)
            cleanup.enter_context(_locked(unfinished, fcntl.LOCK_EX))
        yield unfinished
        try:
            unfinished.rename(place)
        except OSError:
            if not place.exists():
                raise


@contextlib.contextmanager
def _locked(folder: Path, operation: int) -> Iterator[None]:
    """Hold a lock (``flock``) on a folder.

    Raises:
        OSError: another process holds it, and ``operation`` does not wait.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, operation)
        yield
    finally:
        os.close(descriptor)
