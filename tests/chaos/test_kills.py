"""The main process is killed repeatedly: no run is lost or repeated, and no process or file remains."""

from __future__ import annotations

import contextlib
import random
import signal
import time
from pathlib import Path

import pytest

from chaos.conftest import (
    COMMAND,
    WHOLE,
    Figure,
    Launcher,
    Uninterrupted,
    events,
    leftover_files,
    outcome,
    seconds_until_ended,
)


@pytest.mark.parametrize("kills", [25, pytest.param(500, marks=pytest.mark.slow)])
def test_a_suite_that_is_killed_until_it_is_done_ends_as_if_it_never_was(
    kills: int, launcher: Launcher, reference: Uninterrupted, figure: Figure, tmp_path: Path
) -> None:
    moments, asked = random.Random(kills), kills
    number = slowest = 0.0
    while kills:
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "toy.yaml").write_text(WHOLE, encoding="utf-8")
        finished: dict[str, bytes] = {}
        lines = 0
        while kills and not (folder / "out" / "leaderboard.csv").exists():
            started = launcher.start(folder, *COMMAND, "--jobs", "3")
            time.sleep(moments.uniform(0, reference.seconds / 4))
            processes = started.processes()
            with contextlib.suppress(ProcessLookupError):
                started.send(signal.SIGKILL)
            kills -= started.wait() == -signal.SIGKILL
            took = seconds_until_ended(processes)
            assert took is not None, "workers outlive the main process"
            slowest = max(slowest, took)
            assert_none_repeated(folder, lines, finished)
            lines = len(events(folder))
            now = {path.stem: path.read_bytes() for path in (folder / "out" / "runs").glob("*.json")}
            assert finished.items() <= now.items(), "a finished run was lost or altered"
            finished = now
        launcher.run(folder, *COMMAND)
        assert_none_repeated(folder, lines, finished)
        assert outcome(folder / "out") == reference.outcome
        assert not leftover_files(folder / "out")
    figure(f"{asked} kills during {number:.0f} suites; the last process was gone {slowest:.2f} s after")


def assert_none_repeated(folder: Path, lines: int, finished: dict[str, bytes]) -> None:
    again = {words[1] for words in events(folder)[lines:] if words[0] == "started"} & finished.keys()
    assert not again, "a finished run was run again"
