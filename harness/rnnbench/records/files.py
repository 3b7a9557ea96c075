"""Single files, written in full or not at all, and errors that name the file."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

TEMPORARY = ".tmp"


class StorageError(Exception):
    """A file could not be read or written: which one, and what the system said."""

    def __init__(self, path: Path, cause: OSError) -> None:
        super().__init__(path, cause)
        self.path, self.cause = path, cause

    def __str__(self) -> str:
        return f"{self.path}: {self.cause.strerror or self.cause}"


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that at any moment it is there in full, as it was before, or not at all.

    Raises:
        StorageError: it could not be written; what was there before is still there.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)


def read(path: Path) -> bytes:
    """The content of a file.

    Raises:
        StorageError: there is none, or it cannot be read.
    """
    with naming(path):
        return path.read_bytes()


def remove_temporaries(folder: Path) -> None:
    """Remove what writers that were killed left half-written in ``folder`` itself."""
    with naming(folder):
        for path in folder.glob(f".*{TEMPORARY}"):
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """An operating system error becomes one that names the file."""
    try:
        yield
    except OSError as error:
        raise StorageError(path, error) from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
