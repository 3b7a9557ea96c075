"""The main process or its workers are killed, again and again: nothing is lost, done twice, or left behind."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from pathlib import Path

import pytest

from chaos.conftest import (
    COMMAND,
    WHOLE,
    Nursery,
    Straight,
    diary,
    gone,
    left_behind,
    litter,
    outcome,
    records,
    soon,
    status,
    suite,
    toy,
)

LONG = pytest.mark.slow


@pytest.mark.parametrize("kills", [25, pytest.param(500, marks=LONG)])
def test_a_suite_that_is_killed_until_it_is_done_ends_as_if_it_never_was(
    kills: int, nursery: Nursery, straight: Straight, tmp_path: Path
) -> None:
    moments = random.Random(kills)
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
    print(f"killed during {number:.0f} suites; the last process was gone {slowest:.2f} s after")


def assert_none_again(folder: Path, lines: int, finished: dict[str, bytes]) -> None:
    again = {words[1] for words in diary(folder)[lines:] if words[0] == "started"} & finished.keys()
    assert not again, "a finished run was run again"


@pytest.mark.parametrize("jobs", [1, 2, 4])
@pytest.mark.parametrize("kills", [7, pytest.param(67, marks=LONG)])
def test_runs_whose_workers_are_killed_are_tried_again_to_the_same_bytes(
    kills: int, jobs: int, nursery: Nursery, straight: Straight, tmp_path: Path
) -> None:
    moments, number = random.Random(jobs), 0
    while kills:
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "toy.yaml").write_text(WHOLE, encoding="utf-8")
        started = nursery.start(folder, *COMMAND, "--jobs", str(jobs))
        killed: dict[str, int] = {}
        while kills and not (folder / "out" / "leaderboard.csv").exists():
            time.sleep(moments.uniform(0, straight.seconds / 24))
            under_way = [words for words in diary(folder) if words[0] == "started"][-jobs:]
            _, run_id, pid = moments.choice(under_way or [["", "", "0"]])
            if status(int(pid)) is not None and killed.get(run_id, 0) < 2:
                os.kill(int(pid), moments.choice([signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT]))
                killed[run_id] = killed.get(run_id, 0) + 1
                kills -= 1
        assert started.wait() == 0, started.said
        assert outcome(folder / "out") == straight.outcome
        assert not litter(folder / "out")
        attempts = {record["id"]: record["attempts"] for record in records(folder / "out").values()}
        assert all(attempts[run_id] <= 1 + times for run_id, times in killed.items())
        assert sum(attempts.values()) > len(attempts), "no kill met a run under way"


def test_a_worker_that_dies_each_time_is_told_by_its_signal_and_its_neighbours_go_on(
    nursery: Nursery, straight: Straight, tmp_path: Path
) -> None:
    """Three attempts each; ``fork-and-die`` leaves a process behind that holds the pipe to the main process open."""
    faults = {
        "kill": "killed by SIGKILL",
        "segfault": "killed by SIGSEGV",
        "exit": "ended with exit code 0",
        "fork-and-die": "ended with exit code 3",
    }
    models = "".join(toy(fault, fault=fault) for fault in faults)
    (tmp_path / "toy.yaml").write_text(suite(toy("a", pause=0.01) + models), encoding="utf-8")
    started = nursery.start(tmp_path, *COMMAND, "--jobs", "2")
    assert started.wait() == 1, started.said
    found = records(tmp_path / "out")
    for fault, how in faults.items():
        assert (found[fault]["status"], found[fault]["reason"]) == (
            "crashed",
            f"rnnbench-toy[toy] in train: the worker was {how}",
        )
        assert found[fault]["attempts"] == 3
    assert found["a"]["status"] == "done"
    items = outcome(tmp_path / "out")
    name = f"{found['a']['id']}.json.gz"
    assert items[name] == straight.outcome[name]
    assert soon(lambda: not left_behind(tmp_path)), left_behind(tmp_path)
