"""The built-in executor keeps the laws of executors; one that breaks a law fails it, and is told how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.hostile.inline import Inline

import rnnbench.conformance
from rnnbench import Event, Finished
from rnnbench.conformance import Outcome, cases, executor_cases
from rnnbench.execute.local.executor import LocalExecutor


class TestLocal(rnnbench.conformance.ExecutorLaws):
    executor = LocalExecutor


class Rounding(Inline):
    """An executor whose records lose digits on the way."""

    def poll(self, seconds: float) -> Iterator[Event]:
        for event in super().poll(seconds):
            if isinstance(event, Finished):
                rounded = {name: round(value, 3) for name, value in event.record.metrics.items()}
                record = event.record.model_copy(update={"metrics": {**rounded, "accuracy": 50.123}})
                yield replace(event, record=record)
            else:
                yield event


BROKEN: dict[str, tuple[Any, str]] = {
    "declared": (lambda _: object(), "expected an rnnbench.Executor, got <object"),
    "same-numbers": (lambda _: Rounding(), "metrics: expected {'accuracy': "),
    "killed-worker": (
        lambda _: Inline(),
        "expected a run that is done, got failed: train: RuntimeError: the run",
    ),
    "stop": (lambda _: Inline(), "the run went on to its end, expected it to stop within 4 seconds"),
    "time-limit": (lambda _: Inline(), "status: expected timeout, got done"),
    "memory-limit": (lambda _: Inline(), "status: expected oom, got done"),
}
"""By law: an executor that breaks it (one that carries runs out in the main process breaks most)."""


@pytest.mark.parametrize("law", BROKEN)
def test_a_law_fails_on_an_executor_that_breaks_it(law: str) -> None:
    factory, begins = BROKEN[law]
    (finding,) = (case.examine() for case in executor_cases("broken", factory) if case.law.name == law)
    assert finding.outcome is Outcome.FAILED
    assert finding.detail.startswith(begins)


def test_every_law_has_an_executor_that_breaks_it() -> None:
    assert {law.name for law in cases.EXECUTOR_LAWS} == set(BROKEN)
