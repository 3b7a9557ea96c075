"""All changes to a results folder: atomic writes, and errors that name the file.

Only the lock is elsewhere (:mod:`rnnbench.records.lock`).
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from rnnbench.base.errors import UserError
from rnnbench.records.plain import is_real_folder, list_folder, open_plain, plain_size, read_plain

TEMPORARY = ".tmp"
_TEMPORARY_NAME = re.compile(rf"\..+\.[0-9a-f]{{8}}{re.escape(TEMPORARY)}", re.DOTALL)


class StorageError(UserError):
    """A file could not be read or written. The message is its path and what the system said."""

    def __init__(self, path: Path, cause: OSError) -> None:
        super().__init__(path, cause)
        self.path, self.cause = path, cause

    @property
    def reason(self) -> str:
        """What the system said, without the file."""
        return self.cause.strerror or str(self.cause)

    def __str__(self) -> str:
        return printable(f"{self.path}: {self.reason}")


class DamagedFile(UserError):
    """A file exists, but its content is invalid."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, problem)
        self.path, self.problem = path, problem

    def __str__(self) -> str:
        return printable(f"{self.path}: {self.problem}")


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file atomically: at any moment it has the new content, has the old one, or does not exist.

    A symbolic link at ``path`` is replaced, not followed. Paths below a results folder come from :func:`subfolder`,
    which refuses links among the folders.

    Raises:
        StorageError: it could not be written; what was there before is still there.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
    with storage_errors(path):
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


def read(path: Path, most: int) -> bytes:
    """The content of a plain file of at most ``most`` bytes.

    Raises:
        StorageError: there is none, it is something else or larger, or it cannot be read.
    """
    with storage_errors(path):
        return read_plain(path, most)


def size(path: Path) -> int | None:
    """The size of a plain file in bytes; None if nothing exists there.

    Raises:
        StorageError: something else is there.
    """
    with storage_errors(path):
        return plain_size(path)


def subfolder(folder: Path, *names: str) -> Path:
    """The path ``folder/name/...``, which need not exist, once no part of it below ``folder`` is a symbolic link.

    Raises:
        StorageError: a part exists and is a link, or is no folder.
        ValueError: a name would lead out of the folder.
    """
    for name in names:
        folder = member(folder, name)
        with storage_errors(folder):
            is_real_folder(folder)
    return folder


def listing(folder: Path) -> list[Path]:
    """The paths in a folder, sorted; none if the folder does not exist.

    Raises:
        StorageError: it cannot be read, or has too many entries.
    """
    with storage_errors(folder), contextlib.suppress(FileNotFoundError):
        return list_folder(folder)
    return []


def open_emptied(path: Path) -> int:
    """Open a plain file for writing, truncated, created with its folder if need be. Returns the descriptor.

    Raises:
        StorageError: it cannot be opened, or something else is there.
    """
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = open_plain(path, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            os.ftruncate(descriptor, 0)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor


def append_line(path: Path, line: str) -> None:
    """Add a line to a text file, created with its folder if need be.

    Raises:
        StorageError: it cannot be written.
    """
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = open_plain(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{line}\n")


def remove(path: Path) -> None:
    """Remove a file, if it is there.

    Raises:
        StorageError: it cannot be removed.
    """
    with storage_errors(path):
        path.unlink(missing_ok=True)


def remove_if_empty(path: Path) -> None:
    """Remove a plain file of zero bytes."""
    with storage_errors(path):
        if plain_size(path) == 0:
            path.unlink(missing_ok=True)


def remove_folder(folder: Path) -> None:
    """Remove a folder and its content.

    Raises:
        StorageError: something cannot be removed.
    """
    with storage_errors(folder), contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)


def remove_empty_folder(folder: Path) -> None:
    """Remove a folder if it is empty. Call it only while no other process may create a file there."""
    with contextlib.suppress(OSError):
        folder.rmdir()


def move_to_free_number(folder: Path) -> Path:
    """Rename a folder to ``<name>.<n>``, the first number that is free; returns the new path.

    Raises:
        StorageError: it cannot be renamed.
    """
    number = 1
    while (target := folder.with_name(f"{folder.name}.{number}")).exists():
        number += 1
    with storage_errors(folder):
        return folder.rename(target)


def probe(folder: Path) -> None:
    """Check that files can be written to a folder, which need not exist yet; leaves nothing behind.

    Raises:
        StorageError: they cannot.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f".probe.{secrets.token_hex(4)}{TEMPORARY}"
            file.touch(exist_ok=False)
            file.unlink()
    finally:
        for place in missing:
            with contextlib.suppress(OSError):
                place.rmdir()


def member(folder: Path, name: str) -> Path:
    """``folder/name``, once ``name`` is a plain file name: it may come from somebody else's record.

    Raises:
        ValueError: it would lead out of the folder.
    """
    if name != Path(name).name or name in ("", ".", "..") or "\0" in name:
        raise ValueError(f"{name!r} is not a file name")
    return folder / name


def remove_temporaries(folder: Path) -> None:
    """Remove the temporary files that killed processes left in ``folder`` itself."""
    for path in listing(folder):
        if _TEMPORARY_NAME.fullmatch(path.name):
            with storage_errors(path), contextlib.suppress(IsADirectoryError):
                path.unlink(missing_ok=True)


def printable(text: str) -> str:
    """Text with a blank for each character that is not printable: names and values may come from somebody else."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


@contextlib.contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Raise an :class:`OSError` of the block as a :class:`StorageError`, which names the file."""
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
