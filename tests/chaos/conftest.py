"""A suite of toy models, a launcher that starts ``rnnbench`` in milliseconds, and helpers to inspect the results."""

from __future__ import annotations

import itertools
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rnnbench.execute.local.executor import NO_THREADS

HERE = Path(__file__).parent
PATIENCE = 60.0
"""Seconds until a test gives up waiting. Times are printed, not tested: docs/promises.md says what is promised."""

Figure = Callable[[str], None]
"""The type of the fixture ``figure``."""

COMMAND = ("run", "toy.yaml", "--out", "out")

DATASET = "{name: reviews, fields: {train_rows: 40, validation_rows: 12, test_rows: 12}}"


def suite(models: str, seeds: int = 1, steps: int = 4, **keys: str) -> str:
    """The YAML of a suite of toy models."""
    more = "".join(f"{key}: {value}\n" for key, value in keys.items())
    return (
        f"suite: toy\nseeds: {seeds}\nbudget: {{steps: {steps}}}\ntune: none\n{more}"
        "recipe: {embedding: 4, batch: 8, evaluations: 2}\n"
        f"models:\n{models}tasks: [{{task: sentiment, dataset: {DATASET}}}]\n"
    )


def toy(label: str, **fields: Any) -> str:
    """An entry of a suite's models."""
    given = ", ".join(f"{name}: {value}" for name, value in {"width": 4, **fields}.items())
    return f"  - {{model: toy, label: {label}, fields: {{{given}}}}}\n"


@dataclass
class Started:
    """A running ``rnnbench`` command."""

    launcher: Launcher
    pid: int
    output: Path
    began: float = field(default_factory=time.monotonic)

    def wait(self, seconds: float = 120.0) -> int:
        """Wait for the end; returns the exit code, negative for a signal."""
        return int(self.launcher.ask({"wait": self.pid}, seconds))

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    @property
    def printed(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")

    def processes(self) -> list[int]:
        """The process ids of the command and of all its descendants."""
        return [self.pid, *descendants(self.pid)]


class Launcher:
    """See :mod:`launcher`."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, itertools.count()
        cache = folder / "cache"
        environment = {**os.environ, **NO_THREADS, "PYTHONPATH": str(HERE / "site"), "RNNBENCH_CACHE": str(cache)}
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "launcher.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**environment, "COLUMNS": "100"},
            text=True,
            bufsize=1,
        )

    def ask(self, request: dict[str, Any], seconds: float = 120.0) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        assert select.select([self._process.stdout], [], [], seconds)[0], f"no answer to {request} in {seconds} s"
        return json.loads(self._process.stdout.readline())

    def start(self, folder: Path, *arguments: str, fault: Any = None, **environment: str) -> Started:
        """``rnnbench arguments``, run in ``folder``."""
        output = self._folder / f"output-{next(self._count)}.txt"
        environment = {"TOY_DIARY": str(folder / "diary.txt"), **environment}
        what = {
            "folder": str(folder),
            "arguments": arguments,
            "environment": environment,
            "output": str(output),
            "fault": fault,
        }
        return Started(self, self.ask({"start": what}), output)

    def run(self, folder: Path, *arguments: str, **options: Any) -> Started:
        """Run ``rnnbench arguments`` to its end; the exit code must be 0."""
        started = self.start(folder, *arguments, **options)
        code = started.wait()
        assert code == 0, started.printed
        return started

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="session")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    launcher = Launcher(tmp_path_factory.mktemp("launcher"))
    yield launcher
    launcher.close()


def descendants(pid: int) -> list[int]:
    """The ids of all live descendants of a process."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with_parent = status(int(entry.name))
            if with_parent is not None:
                parents[int(entry.name)] = with_parent
    found, heads = [], [pid]
    while heads:
        heads = [child for child, parent in parents.items() if parent in heads]
        found += heads
    return found


def status(pid: int) -> int | None:
    """The parent of a live process; None if the process has ended."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[:2]
    except (OSError, ValueError):
        return None
    return None if state in "ZX" else int(parent)


def seconds_until_ended(pids: list[int]) -> float | None:
    """The seconds until all these processes have ended; None if one does not."""
    began = time.monotonic()
    while any(status(pid) is not None for pid in pids):
        if time.monotonic() - began > PATIENCE:
            return None
        time.sleep(0.01)
    return time.monotonic() - began


def events(folder: Path) -> list[list[str]]:
    """The lines that the toy plugin wrote: ``started <run id> <process>`` and ``finished <run id> <status>``."""
    path = folder / "diary.txt"
    return [line.split() for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def remaining_processes(folder: Path) -> list[str]:
    """The live workers of a folder, and the live processes that they started."""
    workers = {words[2] for words in events(folder) if words[0] == "started"}
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            state, _, group = (place / "stat").read_text(errors="replace").rpartition(")")[2].split()[:3]
            words = (place / "cmdline").read_text(errors="replace")
        except OSError:
            continue
        if state not in "ZX" and (group in workers or str(folder / "diary.txt") in words):
            found.append(f"{place.name} {words}")
    return found


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Wait until a condition holds; whether it does within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (now := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return now


def records(folder: Path) -> dict[str, dict[str, Any]]:
    """The records of a results folder by model, and by seed where there are several."""
    found = {}
    for path in sorted((folder / "runs").glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        found[record["model"] if not record["seed"] else f"{record['model']} {record['seed']}"] = record
    return found


def outcome(folder: Path) -> dict[str, bytes]:
    """The files that must be the same however a suite was interrupted: plan, table and items."""
    paths = [folder / "leaderboard.csv", folder / "plan.json", *sorted((folder / "items").iterdir())]
    return {path.name: path.read_bytes() for path in paths}


def leftover_files(folder: Path) -> list[Path]:
    """The checkpoints, logs and temporary files, of which a finished suite has none."""
    places = [*(folder / "checkpoints").rglob("*"), *(folder / "logs").rglob("*"), *folder.rglob(".*.tmp")]
    return [path for path in places if path.is_file()]


@dataclass(frozen=True)
class Uninterrupted:
    """The result of a suite that was not interrupted, and how long it took."""

    outcome: dict[str, bytes]
    seconds: float


def uninterrupted(launcher: Launcher, folder: Path, text: str, jobs: int) -> Uninterrupted:
    (folder / "toy.yaml").write_text(text, encoding="utf-8")
    launcher.run(folder, *COMMAND)  # prepares the data
    began = time.monotonic()
    launcher.run(folder, *COMMAND, "--fresh", "--jobs", str(jobs))
    return Uninterrupted(outcome(folder / "out"), time.monotonic() - began)


WHOLE = suite(toy("a", pause=0.01) + toy("b", pause=0.02), seeds=10)
"""24 runs: two models on ten seeds, three baselines and the optimum."""


@pytest.fixture(scope="session")
def reference(launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Uninterrupted:
    """The whole suite, uninterrupted."""
    return uninterrupted(launcher, tmp_path_factory.mktemp("reference"), WHOLE, 3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder with the whole suite."""
    (tmp_path / "toy.yaml").write_text(WHOLE, encoding="utf-8")
    return tmp_path
