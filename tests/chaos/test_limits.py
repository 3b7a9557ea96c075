"""A run that hangs or leaks is ended at its limit, with all its processes; a slow one resumes at the next call."""

from __future__ import annotations

import re
import time
from pathlib import Path

from chaos.conftest import (
    COMMAND,
    Figure,
    Launcher,
    events,
    outcome,
    records,
    remaining_processes,
    suite,
    toy,
    wait_until,
)

LIMIT_S = 5
HANGS = ("python-loop", "native-loop", "deadlock", "ignore-sigterm", "daemon")


def test_a_hang_ends_at_its_limit_and_is_tried_again_by_the_next_call(
    launcher: Launcher, figure: Figure, tmp_path: Path
) -> None:
    models = "".join(toy(fault, fault=fault) for fault in HANGS)
    (tmp_path / "toy.yaml").write_text(suite(models, limits=f"{{seconds: {LIMIT_S}}}"), encoding="utf-8")
    cure = {"TOY_CURE": str(tmp_path / "cured")}
    began = time.monotonic()
    started = launcher.start(tmp_path, *COMMAND, "--jobs", str(len(HANGS)), **cure)
    assert started.wait() == 1, started.printed
    took = time.monotonic() - began
    found = records(tmp_path / "out")
    for fault in HANGS:
        assert (found[fault]["status"], found[fault]["reason"]) == (
            "timeout",
            f"ran into its limit of {LIMIT_S} seconds",
        )
        assert found[fault]["attempts"] == 1, "not in the same call"
    assert wait_until(lambda: not remaining_processes(tmp_path)), remaining_processes(tmp_path)
    assert "5 runs have no outcome; the same command tries them again:" in started.printed
    (tmp_path / "cured").touch()
    launcher.run(tmp_path, *COMMAND, **cure)
    assert {record["status"] for record in records(tmp_path / "out").values()} == {"done"}
    figure(f"five hangs with a limit of {LIMIT_S} s were over after {took:.1f} s, the start of the command included")


def test_a_run_that_is_only_slow_goes_on_where_it_was_to_the_same_numbers(launcher: Launcher, tmp_path: Path) -> None:
    slow = toy("slow", pause=0.5)
    (tmp_path / "toy.yaml").write_text(suite(slow, steps=15, limits="{seconds: null}"), encoding="utf-8")
    launcher.run(tmp_path, "run", "toy.yaml", "--out", "reference")
    (tmp_path / "toy.yaml").write_text(suite(slow, steps=15, limits="{seconds: 3}"), encoding="utf-8")
    calls, codes = 0, []
    while not codes or codes[-1] == 1:
        codes.append(launcher.start(tmp_path, *COMMAND).wait())
        calls += 1
        assert calls < 25, "it comes no further"
    assert codes[-1] == 0
    assert calls > 1
    assert records(tmp_path / "out")["slow"]["resumed"] >= 1
    assert outcome(tmp_path / "out") == outcome(tmp_path / "reference")
    assert records(tmp_path / "out")["slow"]["id"] == records(tmp_path / "reference")["slow"]["id"]


def test_a_leak_ends_before_the_machine_does(launcher: Launcher, figure: Figure, tmp_path: Path) -> None:
    models = toy("leak", fault="leak") + toy("a")
    (tmp_path / "toy.yaml").write_text(suite(models, limits="{memory: 1500MB}"), encoding="utf-8")
    started = launcher.start(tmp_path, *COMMAND, "--jobs", "2")
    assert started.wait() == 1, started.printed
    found = records(tmp_path / "out")
    assert found["leak"]["status"] == "oom"
    assert re.fullmatch(r"held [1-9]\.\d\d GB, its limit is 1\.50 GB", found["leak"]["reason"])
    assert found["leak"]["attempts"] == 1
    assert found["a"]["status"] == "done"
    figure(found["leak"]["reason"])


def test_what_a_finished_run_leaves_running_ends_with_it(launcher: Launcher, tmp_path: Path) -> None:
    faults = ("left-process", "left-daemon")
    (tmp_path / "toy.yaml").write_text(suite("".join(toy(fault, fault=fault) for fault in faults)), encoding="utf-8")
    launcher.run(tmp_path, *COMMAND)
    assert [words[2] for words in events(tmp_path) if words[0] == "finished"] == ["done"] * 6
    assert wait_until(lambda: not remaining_processes(tmp_path)), remaining_processes(tmp_path)
