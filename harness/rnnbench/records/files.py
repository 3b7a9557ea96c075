"""Every change to a results folder is made here: files in full or not at all, and errors that name the file.

The lock alone stands elsewhere (:mod:`rnnbench.records.lock`).
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
    """A file could not be read or written: which one, and what the system said."""

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
    """A file is there but does not hold what it should."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, problem)
        self.path, self.problem = path, problem

    def __str__(self) -> str:
        return printable(f"{self.path}: {self.problem}")


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that at any moment it is there in full, as it was before, or not at all.

    A link in its place is replaced. A path below a results folder comes from :func:`subfolder`, so that no folder above
    the file is a link.

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


def read(path: Path, most: int) -> bytes:
    """The content of a plain file of at most ``most`` bytes.

    Raises:
        StorageError: there is none, it is something else or larger, or it cannot be read.
    """
    with naming(path):
        return read_plain(path, most)


def size(path: Path) -> int | None:
    """The bytes of a plain file; None where nothing is there.

    Raises:
        StorageError: something else is there.
    """
    with naming(path):
        return plain_size(path)


def subfolder(folder: Path, *names: str) -> Path:
    """``folder/name/...``, which need not exist; each part below ``folder`` that does is a folder and no link.

    Raises:
        StorageError: one is something else.
        ValueError: a name would lead elsewhere.
    """
    for name in names:
        folder = member(folder, name)
        with naming(folder):
            is_real_folder(folder)
    return folder


def listing(folder: Path) -> list[Path]:
    """What lies in a folder, sorted; nothing where there is no folder.

    Raises:
        StorageError: it cannot be read, or holds too much.
    """
    with naming(folder), contextlib.suppress(FileNotFoundError):
        return list_folder(folder)
    return []


def open_emptied(path: Path) -> int:
    """A descriptor to write to a plain file that is empty now, made with its folder if need be.

    Raises:
        StorageError: it cannot be opened, or something else is there.
    """
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = open_plain(path, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            os.ftruncate(descriptor, 0)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor


def append_line(path: Path, line: str) -> None:
    """Add a line to a text file, made with its folder if need be.

    Raises:
        StorageError: it cannot be written.
    """
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = open_plain(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{line}\n")


def remove(path: Path) -> None:
    """Remove a file, if it is there.

    Raises:
        StorageError: it cannot be removed.
    """
    with naming(path):
        path.unlink(missing_ok=True)


def remove_if_empty(path: Path) -> None:
    """Remove a plain file that holds nothing."""
    with naming(path):
        if plain_size(path) == 0:
            path.unlink(missing_ok=True)


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that lies in it.

    Raises:
        StorageError: something cannot be removed.
    """
    with naming(folder), contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)


def remove_empty_folder(folder: Path) -> None:
    """Remove a folder if nothing lies in it, while nobody is about to put something there."""
    with contextlib.suppress(OSError):
        folder.rmdir()


def move_to_free_number(folder: Path) -> Path:
    """Rename a folder to ``<name>.<n>``, the first number that is free; returns where it lies now.

    Raises:
        StorageError: it cannot be renamed.
    """
    number = 1
    while (target := folder.with_name(f"{folder.name}.{number}")).exists():
        number += 1
    with naming(folder):
        return folder.rename(target)


def probe(folder: Path) -> None:
    """Find out whether files can be stored in a folder, which need not exist yet, and leave no trace.

    Raises:
        StorageError: they cannot.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        with naming(folder):
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f".probe.{secrets.token_hex(4)}{TEMPORARY}"
            file.touch(exist_ok=False)
            file.unlink()
    finally:
        for place in missing:
            with contextlib.suppress(OSError):
                place.rmdir()


def member(folder: Path, name: str) -> Path:
    """``folder/name``, where the name, which may come from a stranger's record, cannot lead elsewhere.

    Raises:
        ValueError: it would.
    """
    if name != Path(name).name or name in ("", ".", "..") or "\0" in name:
        raise ValueError(f"{name!r} is not a file name")
    return folder / name


def remove_temporaries(folder: Path) -> None:
    """Remove the files that killed writers left half-written in ``folder`` itself."""
    for path in listing(folder):
        if _TEMPORARY_NAME.fullmatch(path.name):
            with naming(path), contextlib.suppress(IsADirectoryError):
                path.unlink(missing_ok=True)


def printable(text: str) -> str:
    """Text without control characters and what cannot be encoded: names and values may be anybody's."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


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
