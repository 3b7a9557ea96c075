"""``rnnbench run``: from suite files to leaderboards, or to a line that says why not."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import rich_click as click

from rnnbench.cli import codes
from rnnbench.cli.tables import print_table
from rnnbench.leaderboard import write_all
from rnnbench.pipeline.request import Request, check_results_folder
from rnnbench.pipeline.up_to_date import up_to_date_folder
from rnnbench.records.storage import DamagedFile, FolderInUse, StorageError, results_lock


def run_suites(suites: tuple[Path, ...], **options: Any) -> int:
    """Run suites one after the other; the exit code is that of the first that did not end well.

    Raises:
        BadRequest: a suite, an option or the environment is wrong.
    """
    if options["out"] is not None and len(suites) > 1:
        click.echo("--out takes one suite: several would share a folder", err=True)
        return codes.BAD_INPUT
    worst = codes.DONE
    for suite in suites:
        code = _run_suite(Request(suite=suite, **options))
        if code > codes.SOME_FAILED:
            return code
        worst = max(worst, code)
    return worst


def _run_suite(request: Request) -> int:
    interrupt = Interrupt()
    try:
        done = up_to_date_folder(request)
        if done is not None:
            return _show(done)
        if not request.dry_run:
            check_results_folder(request)
        return _execute(request, interrupt)
    except KeyboardInterrupt:
        return interrupt.code
    except FolderInUse as error:
        click.echo(str(error), err=True)
        return codes.IN_USE
    except StorageError as error:
        click.echo(f"cannot store results: {error}", err=True)
        return codes.CANNOT_STORE
    except DamagedFile as error:
        click.echo(f"{error}; move it aside, or start again with --fresh", err=True)
        return codes.BAD_INPUT
    finally:
        interrupt.restore()


def _show(done: Path) -> int:
    """What a call that finds everything done says."""
    if not (done / "leaderboard.csv").exists():  # somebody removed it
        with contextlib.suppress(StorageError, FolderInUse), results_lock(done):
            write_all(done)
    click.echo(f"{done.name}: every selected run has an outcome already", err=True)
    print_table(done)
    return codes.DONE


def _execute(request: Request, interrupt: Interrupt) -> int:
    """Plan and run."""
    from rnnbench.cli.display import Display
    from rnnbench.execute.executors import ExecutorFailed
    from rnnbench.pipeline.run import run_suite

    try:
        result = run_suite(request, Display(), interrupt.is_set)
    except ExecutorFailed as error:
        click.echo(f"{error}; what is finished is kept", err=True)
        return codes.SOME_FAILED
    if result is None:  # a dry run
        return codes.DONE
    if result.stopped or interrupt.is_set():
        click.echo(f"stopped; what is finished is kept, and this goes on: {_again()}", err=True)
        return interrupt.code
    print_table(result.folder)
    if result.failed:
        click.echo(f"{len(result.failed)} runs have no outcome; the same command tries them again:", err=True)
        for record in result.failed:
            seed = "" if record.seed is None else f", seed {record.seed}"
            click.echo(f"  {record.task}, {record.model}{seed}: {record.status}: {record.reason}", err=True)
        return codes.SOME_FAILED
    return codes.DONE


class Interrupt:
    """Ctrl-C and SIGTERM ask for an orderly end; a second time, or before anything runs, the process ends at once."""

    def __init__(self) -> None:
        self.received: int | None = None
        self._is_asked = False
        self._before = {name: signal.signal(name, self._receive) for name in (signal.SIGINT, signal.SIGTERM)}

    def is_set(self) -> bool:
        """Whether a signal came; who asks will see to an orderly end."""
        self._is_asked = True
        return self.received is not None

    @property
    def code(self) -> int:
        """The exit code that says which."""
        return codes.TERMINATED if self.received == signal.SIGTERM else codes.INTERRUPTED

    def restore(self) -> None:
        """Give the signals back to whoever had them; after one has come, the process is ending and heeds no more."""
        for name, handler in self._before.items():
            signal.signal(name, handler if self.received is None else signal.SIG_IGN)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        del frame
        at_once, self.received = self.received is not None or not self._is_asked, number
        if at_once:
            _say(f"ended at once; this goes on: {_again()}")
            # where Python would swallow it, as in what it calls around a fork, the process ends all the same
            sys.unraisablehook = lambda _: os._exit(self.code)
            raise KeyboardInterrupt  # not SystemExit, which is contained where a plugin may raise it
        _say("stopping: what runs saves its place (once more to end at once)")


def _say(line: str) -> None:
    """Write from a signal handler, where a buffered stream may be in the middle of a write."""
    os.write(2, f"{line}\n".encode())


def _again() -> str:
    """The command that resumes: the same one, without --fresh."""
    return shlex.join(["rnnbench", *(argument for argument in sys.argv[1:] if argument != "--fresh")])
