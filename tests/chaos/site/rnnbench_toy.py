"""A plugin with a model of configurable speed and faults, and hooks that log the start and the end of each run."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from rnnbench import Family, Model, Role, hookimpl


def segfault() -> None:
    ctypes.string_at(0)


def loop_in_python() -> None:
    while True:
        time.sleep(0.01)


def loop_in_native_code() -> None:
    """Hold the GIL for ever: no other thread of this process runs."""
    ctypes.PyDLL(None).sleep(600)


def deadlock() -> None:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def ignore_sigterm() -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    loop_in_python()


def start_process(new_session: bool) -> None:
    subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)", os.environ["TOY_DIARY"]], start_new_session=new_session
    )


def leave_a_daemon_and_loop() -> None:
    start_process(new_session=True)
    loop_in_python()


def fork_and_die() -> None:
    """Exit, while a child keeps every descriptor open, the pipe to the main process too."""
    if os.fork() == 0:
        time.sleep(600)
    os._exit(3)


def leak() -> None:
    kept = []
    while True:
        kept.append(b"x" * 10**7)
        time.sleep(0.002)


FAULTS: dict[str, Any] = {
    "none": lambda: None,
    "raise": lambda: 1 / 0,
    "exit": lambda: os._exit(0),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "segfault": segfault,
    "fork-and-die": fork_and_die,
    "python-loop": loop_in_python,
    "native-loop": loop_in_native_code,
    "deadlock": deadlock,
    "ignore-sigterm": ignore_sigterm,
    "daemon": leave_a_daemon_and_loop,
    "left-process": lambda: start_process(new_session=False),
    "left-daemon": lambda: start_process(new_session=True),
    "leak": leak,
}


class Core(nn.Module):
    """y = tanh(W x), and its mean."""

    def __init__(self, model: Toy) -> None:
        super().__init__()
        self.inner, self.model = nn.Linear(model.width, model.width), model

    def forward(self, x_BTD: Tensor, lengths_B: Tensor) -> tuple[Tensor, Tensor]:
        time.sleep(self.model.pause)
        if not Path(os.environ.get("TOY_CURE", "nowhere")).exists():
            FAULTS[self.model.fault]()
        y_BTD = torch.tanh(self.inner(x_BTD))
        valid_BT1 = (torch.arange(x_BTD.shape[1]) < lengths_B[:, None])[..., None]
        return y_BTD, (y_BTD * valid_BT1).sum(1) / lengths_B[:, None]


@dataclass(frozen=True, kw_only=True)
class Toy(Model):
    """``pause``: seconds that each step takes; ``fault``: what each step does, unless the file ``TOY_CURE`` exists."""

    name, paper, family, roles = "toy", "", Family.OTHER, frozenset({Role.ENCODER})

    pause: float = 0.0
    fault: str = "none"

    def build(self, role: Role) -> nn.Module:
        return Core(self)


def note(*words: object) -> None:
    """Append a line to the file ``TOY_DIARY``, unbuffered."""
    if path := os.environ.get("TOY_DIARY"):
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, (" ".join(map(str, words)) + "\n").encode())
        os.close(descriptor)


@hookimpl
def rnnbench_models() -> list[type[Model]]:
    return [Toy]


@hookimpl
def rnnbench_run_started(run: dict[str, Any]) -> None:
    note("started", run["id"], os.getpid())


@hookimpl
def rnnbench_run_finished(record: dict[str, Any]) -> None:
    note("finished", record["id"], record["status"])
