"""Workers are killed or die repeatedly: their runs are retried, and other runs are not affected."""

from __future__ import annotations

import os
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
    records,
    remaining_processes,
    status,
    suite,
    toy,
    wait_until,
)


@pytest.mark.parametrize("jobs", [1, 2, 4])
@pytest.mark.parametrize("kills", [7, pytest.param(67, marks=pytest.mark.slow)])
def test_runs_whose_workers_are_killed_are_tried_again_to_the_same_bytes(
    kills: int, jobs: int, launcher: Launcher, reference: Uninterrupted, figure: Figure, tmp_path: Path
) -> None:
    moments, number, asked = random.Random(jobs), 0, kills
    while kills:
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "toy.yaml").write_text(WHOLE, encoding="utf-8")
        started = launcher.start(folder, *COMMAND, "--jobs", str(jobs))
        killed: dict[str, int] = {}
        while kills and not (folder / "out" / "leaderboard.csv").exists():
            time.sleep(moments.uniform(0, reference.seconds / 24))
            under_way = [words for words in events(folder) if words[0] == "started"][-jobs:]
            _, run_id, pid = moments.choice(under_way or [["", "", "0"]])
            if status(int(pid)) is not None and killed.get(run_id, 0) < 2:
                os.kill(int(pid), moments.choice([signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT]))
                killed[run_id] = killed.get(run_id, 0) + 1
                kills -= 1
        assert started.wait() == 0, started.printed
        assert outcome(folder / "out") == reference.outcome
        assert not leftover_files(folder / "out")
        attempts = {record["id"]: record["attempts"] for record in records(folder / "out").values()}
        assert all(attempts[run_id] <= 1 + times for run_id, times in killed.items())
        assert sum(attempts.values()) > len(attempts), "no kill met a run under way"
    figure(f"{asked} kills of workers during {number} suites, {jobs} at once")


def test_a_worker_that_dies_each_time_is_told_by_its_signal_and_its_neighbours_go_on(
    launcher: Launcher, reference: Uninterrupted, tmp_path: Path
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
    started = launcher.start(tmp_path, *COMMAND, "--jobs", "2")
    assert started.wait() == 1, started.printed
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
    assert items[name] == reference.outcome[name]
    assert wait_until(lambda: not remaining_processes(tmp_path)), remaining_processes(tmp_path)
