"""A worker's process family: all that a run starts ends with it, and the run ends with the main process."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # <linux/prctl.h>


def lead_family() -> None:
    """Make this process the head of a group of its own, the parent of its orphans, and end it with its parent.

    The kernel's signal reaches what a thread of ours cannot: a native loop that never gives the interpreter back.
    """
    os.setsid()
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_family(head: int) -> None:
    """Kill a process that called :func:`lead_family`, and all that it started."""
    _send(head, signal.SIGSTOP)  # so that it starts nothing more
    end_descendants(head)
    end_group(head)
    _send(head, signal.SIGKILL)


def end_group(head: int) -> None:
    """Kill what is left of a family whose head is gone: the kernel gives no new process its number meanwhile."""
    with contextlib.suppress(OSError):
        os.killpg(head, signal.SIGKILL)


def end_descendants(head: int) -> None:
    """Kill all that a process started, and what those started, within a second."""
    deadline = time.monotonic() + 1.0
    while (family := _descendants(head)) and time.monotonic() < deadline:
        for pid in family:
            _send(pid, signal.SIGKILL)
        time.sleep(0.005)


def resident_bytes(pid: int) -> int:
    """The memory that a process holds; 0 where it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _descendants(head: int) -> list[int]:
    """Those that live: a zombie has ended, and only its parent has not asked yet."""
    children = [int(pid) for task in _threads(head) for pid in _read(task / "children").split()]
    living = [pid for pid in children if _state(pid) not in ("", "Z")]
    return living + [pid for child in children for pid in _descendants(child)]


def _state(pid: int) -> str:
    """The letter that stands behind the name, which may hold anything."""
    return _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].strip()[:1]


def _threads(pid: int) -> list[Path]:
    with contextlib.suppress(OSError):
        return list(Path(f"/proc/{pid}/task").iterdir())
    return []


def _read(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text(encoding="ascii", errors="replace")
    return ""


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, number)
