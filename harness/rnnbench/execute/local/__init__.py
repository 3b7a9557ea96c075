"""The built-in executor: one worker process for each run, forked from a server that has imported the libraries."""

from __future__ import annotations

from collections.abc import Iterable

from rnnbench.contract.execution import Executor, ExecutorFactory, ExecutorOptions
from rnnbench.contract.hooks import hookimpl


@hookimpl
def rnnbench_executors() -> Iterable[tuple[str, ExecutorFactory]]:
    """``local``."""
    return [("local", _make)]


def _make(options: ExecutorOptions) -> Executor:
    from rnnbench.execute.local.executor import LocalExecutor  # noqa: PLC0415  heavy, and the worker needs it not

    return LocalExecutor(options)
