"""A process that has imported everything and forks ``rnnbench`` commands, each in milliseconds.

These tests start hundreds of commands. They differ from the command line in one thing: interpreters that
``multiprocessing`` would spawn, that of the fork server above all, are forked too and run the same code.

Each line of JSON on stdin is answered by one on stdout: ``{"start": {...}}`` with a process id, ``{"wait": id}`` with
its exit code.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import itertools
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from multiprocessing import util
from typing import Any, NoReturn

import faults

import rnnbench.cli.display
import rnnbench.cli.running
import rnnbench.execute.local.preload
import rnnbench.pipeline.run  # noqa: F401
from rnnbench.cli import main


def serve() -> dict[str, Any]:
    """Answer requests until the pipe closes; returns only in a child, with the command to run."""
    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            _, status = os.waitpid(request["wait"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if answer == 0:
                return dict(request["start"])
        print(json.dumps(answer), flush=True)
    sys.exit()


def spawn(path: bytes, arguments: Sequence[bytes | str], passed: Sequence[int]) -> int:  # noqa: RET503  `run` ends
    """Replace :func:`multiprocessing.util.spawnv_passfds` by a fork that drops the handlers and descriptors."""
    del path
    pid = os.fork()
    if pid:
        return pid
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    kept = sorted({2, *passed, os.sysconf("SC_OPEN_MAX")})
    for low, high in itertools.pairwise(kept):
        os.closerange(low + 1, high)
    run(lambda: exec(os.fsdecode(arguments[-1]), {"__name__": "__main__"}))


def run(program: Callable[[], object]) -> NoReturn:
    """Run a program and exit as the interpreter would, but without the cost of finalising all imported modules."""
    code: object = 0
    try:
        program()
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    with contextlib.suppress(SystemExit):
        atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(ValueError):  # closed
            stream.flush()
    os._exit(code if isinstance(code, int) else 0)


def become(folder: str, arguments: list[str], environment: dict[str, str], output: str, fault: Any) -> None:
    """Run ``rnnbench arguments`` in ``folder`` with stdout and stderr going to the file ``output``, and exit."""
    os.chdir(folder)
    os.environ.update(environment)
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    sys.argv = ["rnnbench", *arguments]
    util.spawnv_passfds = spawn
    if fault:
        faults.install(**fault)
    run(main)


if __name__ == "__main__":
    gc.freeze()  # the garbage collector leaves the shared pages alone
    become(**serve())
