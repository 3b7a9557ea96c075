"""The main process is killed, again and again: nothing is lost, done twice, or left behind."""

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
    Nursery,
    Straight,
    diary,
    gone,
    litter,
    outcome,
)


@pytest.mark.parametrize("kills", [25, pytest.param(500, marks=pytest.mark.slow)])
def test_a_suite_that_is_killed_until_it_is_done_ends_as_if_it_never_was(
    kills: int, nursery: Nursery, straight: Straight, figure: Figure, tmp_path: Path
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
            started = nursery.start(folder, *COMMAND, "--jobs", "3")
            time.sleep(moments.uniform(0, straight.seconds / 4))
            family = started.family()
            with contextlib.suppress(ProcessLookupError):
                started.send(signal.SIGKILL)
            kills -= started.wait() == -signal.SIGKILL
            took = gone(family)
            assert took is not None, "workers outlive the main process"
            slowest = max(slowest, took)
            assert_none_again(folder, lines, finished)
            lines = len(diary(folder))
            now = {path.stem: path.read_bytes() for path in (folder / "out" / "runs").glob("*.json")}
            assert finished.items() <= now.items(), "a finished run was lost or altered"
            finished = now
        nursery.run(folder, *COMMAND)
        assert_none_again(folder, lines, finished)
        assert outcome(folder / "out") == straight.outcome
        assert not litter(folder / "out")
    figure(f"{asked} kills during {number:.0f} suites; the last process was gone {slowest:.2f} s after")


def assert_none_again(folder: Path, lines: int, finished: dict[str, bytes]) -> None:
    again = {words[1] for words in diary(folder)[lines:] if words[0] == "started"} & finished.keys()
    assert not again, "a finished run was run again"
