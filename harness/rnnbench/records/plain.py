"""Opens what is below a results folder, which may be somebody else's: plain (regular) files and real folders only.

The results folder itself may be a symbolic link. Below it no link is followed, no pipe, socket or device is opened, and
every read has a size limit. Errors are :class:`OSError`; :mod:`rnnbench.records.files` adds the path to them.
"""

from __future__ import annotations

import errno
import itertools
import os
import stat
from pathlib import Path

MOST_PLAN_BYTES = 64 << 20
MOST_RECORD_BYTES = 4 << 20
MOST_TABLE_BYTES = 64 << 20
MOST_CHECKPOINT_BYTES = 16 << 30
"""The weights, the best weights and the optimiser's two moments of 10^9 float32 parameters."""
MOST_ENTRIES = 100_000
"""The most entries that are read of one folder."""


def open_plain(path: Path, flags: int = os.O_RDONLY, mode: int = 0o666) -> int:
    """Open a plain file and return its descriptor.

    Args:
        path: the file.
        flags: as of :func:`os.open`; they must not truncate.
        mode: as of :func:`os.open`.

    Raises:
        OSError: it is a link, a folder, a pipe, a socket or a device, or the system refuses.
    """
    try:
        _check_file(path.lstat().st_mode)  # before it is opened: opening a device may do something
    except FileNotFoundError:
        if not flags & os.O_CREAT:
            raise
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, mode)
    try:
        _check_file(os.fstat(descriptor).st_mode)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def read_plain(path: Path, most: int) -> bytes:
    """The content of a plain file of at most ``most`` bytes.

    Raises:
        OSError: it is no plain file, it is larger, or it cannot be read.
    """
    with os.fdopen(open_plain(path), "rb") as file:
        size = os.fstat(file.fileno()).st_size
        content = file.read(most + 1) if size <= most else b""
    if max(size, len(content)) > most:
        raise OSError(errno.EFBIG, f"has {max(size, len(content)):,} bytes, expected at most {most:,}")
    return content


def is_real_folder(path: Path) -> bool:
    """Whether ``path`` is a folder; False if nothing exists there.

    Raises:
        OSError: it is a link or no folder, or the system refuses.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISLNK(mode):
        raise OSError(errno.ELOOP, "is a link, expected a folder")
    if not stat.S_ISDIR(mode):
        raise OSError(errno.ENOTDIR, "is no folder")
    return True


def plain_size(path: Path) -> int | None:
    """The size of a plain file in bytes; None if nothing exists there.

    Raises:
        OSError: something else is there, or the system refuses.
    """
    try:
        known = path.lstat()
    except FileNotFoundError:
        return None
    _check_file(known.st_mode)
    return known.st_size


def list_folder(folder: Path) -> list[Path]:
    """The paths in a folder, sorted.

    Raises:
        OSError: there are more than :data:`MOST_ENTRIES`, or it cannot be read.
    """
    with os.scandir(folder) as entries:
        names = [entry.name for entry in itertools.islice(entries, MOST_ENTRIES + 1)]
    if len(names) > MOST_ENTRIES:
        raise OSError(errno.EFBIG, f"has more than {MOST_ENTRIES:,} entries")
    return [folder / name for name in sorted(names)]


def _check_file(mode: int) -> None:
    if stat.S_ISLNK(mode):
        raise OSError(errno.ELOOP, "is a link, expected a plain file")
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "is no plain file")
