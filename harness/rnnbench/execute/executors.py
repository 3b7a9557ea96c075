"""An executor from its name: the built-in one and third-party ones alike come from the registry."""

from __future__ import annotations

from rnnbench.base.containment import contained, told
from rnnbench.contract.execution import Executor, ExecutorOptions
from rnnbench.discovery import Registry


class ExecutorError(Exception):
    """An executor cannot be used, or failed. The message names it and says how."""


def make_executor(name: str, registry: Registry, options: ExecutorOptions) -> Executor:
    """The executor of that name.

    Raises:
        ExecutorError: none is installed, its factory fails, or what it gives is no :class:`rnnbench.Executor`.
    """
    if name not in registry.executors:
        raise ExecutorError(f"--executor {name}: expected one of {', '.join(sorted(registry.executors))}")
    origin = registry.origin["executors", name].origin
    try:
        with contained():
            executor = registry.executors[name](options)
    except (Exception, SystemExit) as error:
        raise ExecutorError(f"--executor {name}: {origin}: {told(error)}") from error
    if not isinstance(executor, Executor):
        what = f"its factory gives a {type(executor).__name__}, expected a subclass of rnnbench.Executor"
        raise ExecutorError(f"--executor {name}: {origin}: {what}")
    return executor
