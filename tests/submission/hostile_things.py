"""What somebody may put in place of a board's file or folder, and a way to see that nothing outside was touched."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS = 10
BYTES = 3 * 2**30
"""How long a command may take, and how much more memory than before."""
SECRET = "precious"


def _socket(place: Path) -> None:
    folder = os.open(place.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"/proc/self/fd/{folder}/{place.name}")  # the path itself may be too long
    os.close(folder)


def _huge(place: Path) -> None:
    with place.open("wb") as file:
        file.truncate(2**38)


def _folder(place: Path) -> None:
    place.mkdir()
    (place / "inner").write_text("x")


WRONG: dict[str, Callable[[Path, Path], object]] = {
    "link-to-file": lambda place, outside: place.symlink_to(outside / "file"),
    "link-to-folder": lambda place, outside: place.symlink_to(outside / "folder"),
    "link-to-nothing": lambda place, outside: place.symlink_to(outside / "nothing"),
    "link-to-zeros": lambda place, outside: place.symlink_to("/dev/zero"),
    "pipe": lambda place, outside: os.mkfifo(place),
    "socket": lambda place, outside: _socket(place),
}
"""What is of the wrong type wherever it stands."""
THINGS = WRONG | {
    "folder": lambda place, outside: _folder(place),
    "file": lambda place, outside: place.write_text("x"),
    "huge": lambda place, outside: _huge(place),
}


def put(thing: str, place: Path, outside: Path) -> None:
    """Put a thing in place of whatever is there."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    THINGS[thing](place, outside)


def make_outside(folder: Path, record: Path) -> None:
    """Files that a board's owner has no business with; some are named as those of a board."""
    (folder / "folder" / "inner").mkdir(parents=True)
    plain = ("file", f"folder/{record.name}", "folder/plan.json", "folder/.lock", "folder/a.json")
    left = (f"{place}.draft.0a1b2c3d.tmp" for place in ("", "folder/", "folder/inner/"))
    for name in (*plain, *left):
        (folder / name).write_text(SECRET)
    (folder / "folder" / "empty.log").touch()


def tree(folder: Path) -> dict[str, bytes | None]:
    """All that lies there, with the content of files."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


@contextmanager
def bounded() -> Iterator[None]:
    """Ends what hangs with a TimeoutError, and what takes too much memory with a MemoryError."""

    def late(number: int, frame: object) -> None:
        raise TimeoutError(f"not over after {SECONDS} s")

    now = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    before, limits = signal.signal(signal.SIGALRM, late), resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (now + BYTES, limits[1]))
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        resource.setrlimit(resource.RLIMIT_AS, limits)
        signal.signal(signal.SIGALRM, before)
