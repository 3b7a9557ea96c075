"""The built-in executor: one worker process for each run, forked from a server that has imported the libraries."""

from __future__ import annotations

from collections.abc import Iterable

from rnnbench.contract.execution import ExecutorFactory
from rnnbench.contract.hooks import hookimpl
from rnnbench.execute.local.executor import LocalExecutor


@hookimpl
def rnnbench_executors() -> Iterable[tuple[str, ExecutorFactory]]:
    """``local``."""
    return [("local", LocalExecutor)]
