"""A process ends at any storage call, or the call fails: a line says so, nothing is lost, the same command resumes."""

from __future__ import annotations

import errno
import os
import random
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.conftest import (
    COMMAND,
    WHOLE,
    Figure,
    Launcher,
    Started,
    Uninterrupted,
    events,
    leftover_files,
    outcome,
    records,
    status,
    suite,
    toy,
    uninterrupted,
    wait_until,
)
from chaos.faults import Call, read_calls

SMALL = suite(toy("a"), seeds=2)
"""Six runs."""

EVERY_STEP = {"RNNBENCH_CHECKPOINT_SECONDS": "0"}
HARMLESS = {"mkdir", "rmdir", "ftruncate"}
"""Calls whose failure is harmless: creating an existing folder, removing an empty one, clearing the lock file."""


@pytest.fixture(scope="session")
def small(launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Uninterrupted:
    """The small suite, uninterrupted."""
    return uninterrupted(launcher, tmp_path_factory.mktemp("small"), SMALL, 1)


@pytest.fixture(scope="session")
def calls(launcher: Launcher, small: Uninterrupted, tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    """The storage calls of the main process, and those of the first worker, in the small suite."""
    folder = tmp_path_factory.mktemp("calls")
    start(launcher, folder, (0, "", "")).wait()
    found = read_calls(folder / "calls")
    main = [call for call in found if call.role == "main"]
    first = {call.number: call for call in reversed(found) if call.role == "worker"}
    return [*main, *first.values()]


def start(launcher: Launcher, folder: Path, fault: tuple[int, str, str | int]) -> Started:
    """The small suite, with a fault ``(at, role, then)``: see :func:`faults.install`."""
    (folder / "toy.yaml").write_text(SMALL, encoding="utf-8")
    at, role, then = fault
    what = {"folder": str(folder / "out"), "calls": str(folder / "calls"), "at": at, "role": role, "then": then}
    return launcher.start(folder, *COMMAND, "--jobs", "1", fault=what, **EVERY_STEP)


def some(calls: list[Call], number: int | None, seed: int) -> Iterator[Call]:
    """A sample of ``number`` calls, each kind once before any kind twice; all of them for None."""
    if number is None:
        yield from calls
        return
    drawn = random.Random(seed).sample(calls, len(calls))
    kinds = {(call.role, call.name, call.path.partition("/")[0]): call for call in drawn}
    yield from [*kinds.values(), *drawn][:number]


def test_all_storage_goes_through_three_modules(calls: list[Call]) -> None:
    assert {call.module for call in calls} == {f"rnnbench.records.{name}" for name in ("files", "lock", "plain")}
    assert {call.role for call in calls} == {"main", "worker"}
    assert len(calls) > 100


@pytest.mark.parametrize("number", [10, pytest.param(None, marks=pytest.mark.slow)])
def test_a_process_that_ends_at_a_storage_call_resumes_to_the_same_bytes(
    number: int | None, launcher: Launcher, small: Uninterrupted, calls: list[Call], figure: Figure, tmp_path: Path
) -> None:
    tried = 0
    for call in some(calls, number, 1):
        for then in ("before", "after") if number is None else (("before", "after")[tried % 2],):
            tried += 1
            folder = tmp_path / str(tried)
            folder.mkdir()
            code = start(launcher, folder, (call.number, call.role, then)).wait()
            assert code == (-9 if call.role == "main" else 0), f"{then} {call}"
            launcher.run(folder, *COMMAND, "--jobs", "1", **EVERY_STEP)
            assert outcome(folder / "out") == small.outcome, f"{then} {call}"
            assert not leftover_files(folder / "out"), f"{then} {call}"
    figure(f"{tried} crash points of {2 * len(calls)}")


@pytest.mark.parametrize("number", [8, pytest.param(None, marks=pytest.mark.slow)])
def test_a_storage_call_that_fails_ends_the_suite_with_its_path_and_error(
    number: int | None, launcher: Launcher, small: Uninterrupted, calls: list[Call], figure: Figure, tmp_path: Path
) -> None:
    errors = (errno.ENOSPC, errno.EIO, errno.EROFS)
    tried, slowest = 0, 0.0
    for call in some([call for call in calls if call.name not in HARMLESS], number, 2):
        tried += 1
        folder = tmp_path / str(tried)
        folder.mkdir()
        number_of_error = errors[tried % 3]
        started = start(launcher, folder, (call.number, call.role, number_of_error))
        code = started.wait()
        slowest = max(slowest, time.monotonic() - started.began)
        if code == 0 and call.path == ".lock":  # a lock that is being given back
            assert outcome(folder / "out") == small.outcome
            continue
        assert code == 4, f"{call}: {started.printed}"
        last = started.printed.splitlines()[-1]
        place = call.path.partition("/")[0] if "/" in call.path else ""
        assert re.match(rf"cannot store results: (\S+/)?out(/{place}\S*)?: ", last), f"{call}: {last}"
        assert last.endswith(os.strerror(number_of_error)), f"{call}: {started.printed}"
        assert "Traceback" not in started.printed
        finished = {path: path.read_bytes() for path in (folder / "out" / "runs").glob("*.json")}
        launcher.run(folder, *COMMAND, "--jobs", "1", **EVERY_STEP)
        assert finished == {path: path.read_bytes() for path in finished}, f"{call}: a finished run was done again"
        assert outcome(folder / "out") == small.outcome, f"{call}"
        assert not leftover_files(folder / "out"), f"{call}"
    figure(f"{tried} calls failed, the slowest command took {slowest:.1f} s in all")


@pytest.mark.parametrize("out", ["a-file/out", "/proc/out", "/dev/null/out", "/sys/kernel/out"])
def test_a_folder_that_takes_no_files_is_refused_before_anything_runs(
    out: str, launcher: Launcher, small: Uninterrupted, tmp_path: Path
) -> None:
    (tmp_path / "toy.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "a-file").write_text("in the way", encoding="utf-8")
    started = launcher.start(tmp_path, "run", "toy.yaml", "--out", out)
    assert started.wait() == 4, started.printed
    (line,) = started.printed.splitlines()
    assert line.startswith(f"cannot store results: {out}: ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-file", "toy.yaml"]


def test_a_second_command_on_a_folder_is_refused_at_once_and_told_who_is_there(
    launcher: Launcher, figure: Figure, tmp_path: Path
) -> None:
    (tmp_path / "toy.yaml").write_text(suite(toy("slow", pause=2)), encoding="utf-8")
    first = launcher.start(tmp_path, *COMMAND)
    assert wait_until(lambda: bool(events(tmp_path)))
    second = launcher.start(tmp_path, *COMMAND)
    assert second.wait() == 3
    took = time.monotonic() - second.began
    assert status(first.pid) is not None, "not at once, but when the first was over"
    (line,) = second.printed.splitlines()
    assert line.startswith(f"out is in use by process {first.pid} on {socket.gethostname()} since 20")
    assert first.wait() == 0
    figure(f"refused after {took:.2f} s")


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of 1 MiB that is almost full."""
    place = tmp_path / "full"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"not run: no file system can be mounted here: {mounted.stderr.strip()}")
    (place / "ballast").write_bytes(bytes(2**20 - 40 * os.sysconf("SC_PAGE_SIZE")))
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.slow
def test_a_full_disk_ends_the_suite_and_once_there_is_space_it_goes_on(
    full: Path, launcher: Launcher, reference: Uninterrupted, figure: Figure, tmp_path: Path
) -> None:
    (tmp_path / "toy.yaml").write_text(WHOLE, encoding="utf-8")
    command = ("run", "toy.yaml", "--out", str(full / "out"), "--jobs", "2")
    started = launcher.start(tmp_path, *command)
    assert started.wait() == 4, started.printed
    figure(f"1 MiB was full and the command over {time.monotonic() - started.began:.1f} s after its start")
    assert started.printed.splitlines()[-1].endswith("No space left on device")
    finished = records(full / "out")
    assert finished
    (full / "ballast").unlink()
    launcher.run(tmp_path, *command)
    assert outcome(full / "out") == reference.outcome
    again = {words[1] for words in events(tmp_path) if words[0] == "finished"}
    assert len([words for words in events(tmp_path) if words[0] == "finished"]) == len(again) == 24
