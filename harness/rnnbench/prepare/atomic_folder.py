"""A folder that is there whole or not at all, and nothing beside it, also where its writer is killed."""

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
    """A folder to write into. It takes its ``place`` when the block ends well, unless another writer was first.

    What writers that were killed left beside it is removed: each holds a lock on its folder, which ends with it.

    Raises:
        OSError: it cannot be made or moved.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as cleanup:
        with _locked(place.parent, fcntl.LOCK_EX):  # nobody clears a folder away that has no lock yet
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
    """Hold a lock of the kernel's on a folder.

    Raises:
        OSError: another process does, and ``operation`` is not to wait.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, operation)
        yield
    finally:
        os.close(descriptor)
