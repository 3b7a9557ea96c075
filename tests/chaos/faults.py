"""Makes one storage call of a command or of its workers fail, or ends the process just before or after it.

Storage calls are the system calls that change the results folder. Each is listed, with the module that made it.
"""

from __future__ import annotations

import fcntl
import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

_state: dict[str, Any] = {}
_real_open, _real_write = os.open, os.write


def install(folder: str, calls: str, role: str = "", at: int = 0, then: str = "") -> None:
    """Watch ``folder``.

    Args:
        folder: the results folder.
        calls: a file that gets a line for each call: role, number, name, path within the folder, module.
        role: ``main`` or ``worker``.
        at: the number of the call that fails, counted from 1 in a process of that role.
        then: ``before`` or ``after``: the process ends there; a number: the call fails with that errno. Only the first
            worker that gets there is affected.
    """
    _state.update(folder=folder, calls=calls, role=role, at=at, then=then, main=os.getpid(), counts={})
    for name in ("open", "fsync", "replace", "rename", "unlink", "mkdir", "rmdir", "ftruncate", "pwrite"):
        setattr(os, name, _watched(name, getattr(os, name)))
    fcntl.flock = _watched("flock", fcntl.flock)
    real = io.open

    def opened(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if "x" not in mode:
            return real(file, mode, *arguments, **options)
        return io.BufferedWriter(_File(os.fspath(file), "x"))

    io.open = opened


class _File(io.FileIO):
    """A new file whose writing can be cut off in the middle."""

    def __init__(self, path: str, mode: str) -> None:
        _at("create", path, None, lambda: io.FileIO.__init__(self, path, mode))

    def write(self, content: Any) -> int:
        half = bytes(content)[: len(content) // 2]
        return int(
            _at("write", str(self.name), lambda: io.FileIO.write(self, half), lambda: io.FileIO.write(self, content))
        )


def _watched(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(target: Any, *arguments: Any, **options: Any) -> Any:
        def go_on() -> Any:
            return real(target, *arguments, **options)

        if name == "open" and not (arguments and arguments[0] & (os.O_WRONLY | os.O_RDWR)):
            return go_on()
        return _at(name, _path(target, options.get("dir_fd")), None, go_on)

    return call


def _path(target: Any, folder: int | None) -> str:
    """The path of a call: its first argument, or the file of that descriptor."""
    if isinstance(target, int):
        return str(Path(f"/proc/self/fd/{target}").readlink())
    if folder is not None:
        return f"{_path(folder, None)}/{target}"
    return str(Path(target).absolute())


def _at(name: str, path: str, half: Callable[[], Any] | None, whole: Callable[[], Any]) -> Any:
    if not f"{path}/".startswith(f"{_state['folder']}/"):
        return whole()
    role = "main" if os.getpid() == _state["main"] else "worker"
    number = _state["counts"][os.getpid()] = _state["counts"].get(os.getpid(), 0) + 1
    _note(role, number, name, os.path.relpath(path, _state["folder"]), _module())
    if (role, number) != (_state["role"], _state["at"]) or (role == "worker" and not _is_first()):
        return whole()
    then = _state["then"]
    if isinstance(then, int):
        raise OSError(then, os.strerror(then))
    if then == "before":
        if half:
            half()
        os.kill(os.getpid(), signal.SIGKILL)
    try:
        whole()  # it may fail to no harm, where it makes a folder that is there
    finally:
        os.kill(os.getpid(), signal.SIGKILL)
    return None


def _is_first() -> bool:
    """Whether this process is the first to reach the fault: of several workers only one fails."""
    try:
        os.close(_real_open(f"{_state['calls']}.met", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    return True


def _module() -> str:
    """The module that made the call: the innermost frame of the harness."""
    frame = sys._getframe()
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.startswith("rnnbench."):
            return str(name)
        frame = frame.f_back
    return "none"


def _note(*words: object) -> None:
    descriptor = _real_open(_state["calls"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    _real_write(descriptor, (" ".join(map(str, words)) + "\n").encode())
    os.close(descriptor)


class Call(NamedTuple):
    """One storage call, a line of the list."""

    role: str
    number: int
    name: str
    path: str
    module: str


def read_calls(path: Path) -> list[Call]:
    """The listed calls."""
    lines = [line.split(" ") for line in path.read_text(encoding="utf-8").splitlines()]
    return [Call(role, int(number), name, where, module) for role, number, name, where, module in lines]
