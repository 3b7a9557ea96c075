"""Runs a suite from its file to its records as ``rnnbench run`` does, but in this process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rnnbench.contract.execution import Event, Executor, Job
from rnnbench.discovery import discover
from rnnbench.execute.run import run
from rnnbench.pipeline import run as pipeline
from rnnbench.pipeline.request import Request
from rnnbench.records.schema import Record


class Inline(Executor):
    """An executor that carries out each job in this process, as it is submitted."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def submit(self, job: Job) -> None:
        self.events.append(run(job, discover(), self.events.append, lambda: False))

    def poll(self, seconds: float) -> Iterator[Event]:
        while self.events:
            yield self.events.pop(0)

    def ask_to_stop(self, run_id: str) -> None: ...

    def kill(self, run_id: str) -> None: ...


class Silent:
    """A display that records how many runs were left, the warnings, and the finished records."""

    def __init__(self) -> None:
        self.left = 0
        self.warnings: list[str] = []
        self.records: list[Record] = []

    def preparing(self, task: str) -> None: ...

    def planned(self, draft: Any, selected: Sequence[Any], left: Sequence[Any], jobs: int) -> None:
        self.left = len(left)

    def started(self, assignment: Any) -> None: ...

    def progress(self, run_id: str, values: Any) -> None: ...

    def finished(self, record: Record) -> None:
        self.records.append(record)

    def warning(self, line: str) -> None:
        self.warnings.append(line)

    def close(self) -> None: ...


def carried_out(
    suite: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    executor: Any = lambda _: Inline(),
    named: str = "local",
    plugin: Any = None,
    **options: Any,
) -> Silent:
    """The display of a suite that was run in this process.

    ``executor`` stands in for the built-in one, ``named`` is the one asked for, ``plugin`` a module with further hooks.
    """
    registry = discover()
    components = [one._replace(value=executor) if one.name == "local" else one for one in registry.components]
    changed = replace(registry, components=tuple(components))
    if plugin is not None:
        registry.manager.register(plugin, name="tracker[plugin]")
    monkeypatch.setattr(pipeline, "discover", lambda: changed)
    display = Silent()
    request = Request(suite=suite, executor=named, **{"jobs": "1", "device": "cpu", **options})
    try:
        pipeline.run_suite(request, display, lambda: False)
    finally:
        if plugin is not None:
            registry.manager.unregister(plugin)
    return display
