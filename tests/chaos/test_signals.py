"""Ctrl-C and SIGTERM at any moment: the command ends in seconds, and its last line is the command that resumes."""

from __future__ import annotations

import contextlib
import random
import shlex
import signal
import time
from pathlib import Path

import pytest

from chaos.conftest import COMMAND, WHOLE, Figure, Launcher, Uninterrupted, leftover_files, outcome, seconds_until_ended


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether a process has a handler for a signal: before it has one, the default action applies."""
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        caught = next(line for line in lines if line.startswith("SigCgt:"))
        return bool(int(caught.split()[1], 16) >> (number - 1) & 1)
    return False


@pytest.mark.parametrize("times", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_a_signal_ends_a_suite_with_the_command_that_goes_on(
    times: int, launcher: Launcher, reference: Uninterrupted, figure: Figure, tmp_path: Path
) -> None:
    moments, asked = random.Random(times), times
    number, slowest, is_over = 0, 0.0, True
    while times:
        if is_over:
            number += 1
            folder = tmp_path / str(number)
            folder.mkdir()
            (folder / "toy.yaml").write_text(WHOLE, encoding="utf-8")
            arguments = [*COMMAND, "--jobs", "3"]
        started = launcher.start(folder, *arguments)
        while not catches(started.pid, signal.SIGTERM):
            time.sleep(0.005)
        time.sleep(moments.uniform(0, reference.seconds / 3))
        processes = started.processes()
        which = moments.choice([signal.SIGINT, signal.SIGTERM])
        began = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            started.send(which)
            if moments.random() < 0.3:
                time.sleep(moments.uniform(0, 0.2))
                started.send(which)
        code = started.wait()
        took = time.monotonic() - began
        is_over = code not in (130, 143)
        if is_over:  # before the signal came
            assert_same_as(folder, reference)
            continue
        times -= 1
        slowest = max(slowest, took)
        assert code == {signal.SIGINT: 130, signal.SIGTERM: 143}[which], started.printed
        assert seconds_until_ended(processes) is not None
        last = started.printed.splitlines()[-1]
        assert "goes on: rnnbench " in last, started.printed
        assert "Traceback" not in started.printed
        arguments = shlex.split(last.partition("goes on: rnnbench ")[2])
    launcher.run(folder, *arguments)
    assert_same_as(folder, reference)
    figure(f"{asked} signals during {number} suites, the slowest was obeyed after {slowest:.2f} s")


def assert_same_as(folder: Path, reference: Uninterrupted) -> None:
    assert outcome(folder / "out") == reference.outcome
    assert not leftover_files(folder / "out")
