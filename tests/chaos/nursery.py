"""A process that has imported everything and forks itself into ``rnnbench`` commands: a start costs milliseconds.

Chaos takes hundreds of starts. What it starts differs from the command line in one thing: interpreters that
``multiprocessing`` would spawn, of the fork server above all, are forked too and run the very code that they would.

It answers a line of JSON with one: ``{"start": {...}}`` with a process id, ``{"wait": id}`` with its exit code.
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
    """Answer until the pipe closes; returns in each child, with what it is to do."""
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
    """In place of :func:`multiprocessing.util.spawnv_passfds`, with what a new program does not inherit put away."""
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
    """Run a program to its end, and end as the interpreter would, without taking all that was imported apart."""
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
    """Turn into ``rnnbench arguments``, run in ``folder``, both of its streams going to the file ``output``."""
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
    gc.freeze()  # no collector walks what all children share
    become(**serve())
