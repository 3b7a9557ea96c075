"""Laws of executors: the numbers of a run do not depend on the executor, and an interruption loses nothing."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from rnnbench.conformance.findings import law, require
from rnnbench.contract.batches import Arrays
from rnnbench.contract.datasets import Split
from rnnbench.contract.execution import Executor, ExecutorFactory, ExecutorOptions
from rnnbench.discovery import discover
from rnnbench.execute.scheduler import Settings, execute
from rnnbench.plan import Assignment, Draft, draft
from rnnbench.prepare import Prepared, prepare_suite
from rnnbench.records.checkpoints import CHECKPOINTS
from rnnbench.records.schema import Kind, Record, Status
from rnnbench.records.storage import read_records
from rnnbench.suite import Limits, read_suite

SUITE = """\
suite: executor
seeds: 1
budget: {steps: 300}
tune: none
recipe: {embedding: 8, batch: 8, evaluations: 30}
models: [{model: gru, fields: {width: 8}}]
tasks:
  - {task: sentiment, dataset: {name: reviews, fields: {train_rows: 64, validation_rows: 16, test_rows: 16}}}
"""
"""One run of a second or two, which reports ten steps after its start."""

MACHINE = {"wall_s", "cpu_s", "train_s", "positions_per_s", "peak_bytes", "attempts", "resumed", "provenance"}
"""The fields of a record that may differ between two executions of one run."""


@dataclass(frozen=True)
class ExecutorOnRun:
    """The subject of the laws of executors: the factory of one, and a small run to carry out."""

    factory: ExecutorFactory

    @cached_property
    def scratch(self) -> Path:
        """The folder of prepared data and results; removed with this object."""
        scratch = tempfile.mkdtemp(prefix="rnnbench-check-")
        weakref.finalize(self, shutil.rmtree, scratch, ignore_errors=True)
        return Path(scratch)

    @cached_property
    def draft(self) -> Draft:
        """A draft with that one run alone."""
        path = self.scratch / "executor.yaml"
        path.write_text(SUITE, encoding="utf-8")
        suite = read_suite(path, discover())
        made = draft(suite, prepare_suite(suite, None, path.parent / "cache"), discover(), "cpu")
        assignments = {name: one for name, one in made.assignments.items() if one.run.kind is Kind.TRAIN}
        return Draft(made.plan, assignments)

    @property
    def assignment(self) -> Assignment:
        """The run."""
        (assignment,) = self.draft.assignments.values()
        return assignment

    @cached_property
    def expected(self) -> Mapping[str, Any]:
        """The numbers of the run as the built-in executor carries it out."""
        return numbers(Execution(replace(self, factory=discover().executors["local"]), self.assignment).record())

    def folder(self) -> Path:
        """An empty results folder."""
        return Path(tempfile.mkdtemp(dir=self.scratch))


class Execution:
    """Executes the run in a results folder of its own, once or more, and is the display of its progress."""

    def __init__(self, subject: ExecutorOnRun, assignment: Assignment, limits: Limits | None = None) -> None:
        self.folder, self.has_progress = subject.folder(), False
        self._subject, self._assignment = subject, assignment
        self._limits = limits or Limits(seconds=600.0)

    def record(self, stopping: Callable[[], bool] = lambda: False) -> Record:
        """Execute, and give the record.

        Raises:
            Broken: there is none.
        """
        self.execute(stopping)
        stored = read_records(self.folder)
        require(self._assignment.run.id in stored, "the execution ended without a record of its run")
        return stored[self._assignment.run.id]

    def execute(self, stopping: Callable[[], bool]) -> bool:
        """Execute until the run is over or ``stopping`` is true; whether it has an outcome."""
        made = Draft(self._subject.draft.plan, {self._assignment.run.id: self._assignment})
        settings = Settings(self.folder, "cpu", 1, 3600.0, stopping, self._limits)
        executor = self._subject.factory(ExecutorOptions(jobs=1, device="cpu"))
        return execute(made, list(made.assignments), settings, executor, self, discover())

    def started(self, assignment: Assignment) -> None:
        """A run starts."""

    def progress(self, run_id: str, values: Mapping[str, Any]) -> None:
        """A run reports."""
        del run_id, values
        self.has_progress = True

    def finished(self, record: Record) -> None:
        """A record was stored."""

    def warning(self, line: str) -> None:
        """A hook failed."""


@dataclass(frozen=True)
class KilledOnce(Prepared):
    """Prepared data whose first reader is killed, as by the system when memory runs out."""

    marker: Path
    main_process: int

    def arrays(self, split: Split) -> Arrays:
        """The encoded rows of a split, the second time."""
        if os.getpid() == self.main_process:
            raise RuntimeError("the run is carried out in the main process, expected a process of its own")
        if not self.marker.exists():
            self.marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().arrays(split)


def numbers(record: Record) -> Mapping[str, Any]:
    """The fields of a record that must be the same with any executor, among them the checksum of its items."""
    return record.model_dump(mode="json", exclude=MACHINE)


@law("the factory, called with its options")
def declared(subject: ExecutorOnRun) -> None:
    """An executor is a subclass of rnnbench.Executor, and has no event before its first job."""
    executor = subject.factory(ExecutorOptions(jobs=1, device="cpu"))
    require(isinstance(executor, Executor), f"expected an rnnbench.Executor, got {executor!r}")
    events = list(executor.poll(0))
    require(not events, f"poll: expected no event before the first job, got {events}")
    executor.close()


@law("a run of 300 steps, and the same run by the built-in executor")
def same_numbers(subject: ExecutorOnRun) -> None:
    """A run has the same numbers and items, to the last bit, as the built-in executor gives it."""
    _require_expected(subject, Execution(subject, subject.assignment).record())


@law("a run whose process is killed once, by SIGKILL, as it reads its data")
def killed_worker(subject: ExecutorOnRun) -> None:
    """A run whose process dies is reported as died, and tried again to the same numbers."""
    given = subject.assignment.prepared
    prepared = KilledOnce(**vars(given), marker=subject.folder() / "killed", main_process=os.getpid())
    record = Execution(subject, replace(subject.assignment, prepared=prepared)).record()
    require(record.status is Status.DONE, f"expected a run that is done, got {record.status}: {record.reason}")
    require(record.attempts == 2, f"expected 2 attempts, got {record.attempts}")
    _require_expected(subject, record)


@law("a run that is stopped at its first report, and executed again in the same folder")
def stop(subject: ExecutorOnRun) -> None:
    """A run that is asked to stop saves a checkpoint, and goes on from it to the same numbers."""
    execution = Execution(subject, subject.assignment)
    is_done = execution.execute(lambda: execution.has_progress)
    require(execution.has_progress, "no Progress event came")
    require(not is_done, "the run went on to its end, expected it to stop within 4 seconds")
    saved = execution.folder / CHECKPOINTS / subject.assignment.run.id
    require(saved.is_dir(), "no checkpoint was saved: `ask_to_stop` did not reach the run within 4 seconds")
    record = execution.record()
    require(record.resumed == 1, f"resumed: expected once, got {record.resumed}")
    _require_expected(subject, record)


@law("a run with a limit of 0.05 seconds")
def time_limit(subject: ExecutorOnRun) -> None:
    """A run that reaches its limit of time ends, with the status timeout."""
    _require_status(Status.TIMEOUT, Execution(subject, subject.assignment, Limits(seconds=0.05)).record())


@law("a run with a limit of 1 MB")
def memory_limit(subject: ExecutorOnRun) -> None:
    """A run that reaches its limit of memory ends, with the status oom."""
    limits = Limits.model_validate({"memory": "1MB"})
    _require_status(Status.OOM, Execution(subject, subject.assignment, limits).record())


def _require_status(expected: Status, record: Record) -> None:
    require(record.status is expected, f"status: expected {expected}, got {record.status}: {record.reason}")


def _require_expected(subject: ExecutorOnRun, record: Record) -> None:
    ours = numbers(record)
    for name, expected in subject.expected.items():
        require(ours[name] == expected, f"{name}: expected {expected!r}, got {ours[name]!r}"[:300])
