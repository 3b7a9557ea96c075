"""An executor from its name: the built-in one and third-party ones alike come from the registry."""

from __future__ import annotations

from rnnbench.base.containment import third_party_code
from rnnbench.base.errors import UserError
from rnnbench.base.messages import expected_one_of, format_error
from rnnbench.contract.execution import Executor, ExecutorOptions
from rnnbench.discovery import Registry


class UnusableExecutor(UserError):
    """An executor is not installed or cannot be made."""


class ExecutorFailed(Exception):
    """An executor raised, or broke its contract, while runs were under way. The message names it and says how."""


def make_executor(name: str, registry: Registry, options: ExecutorOptions) -> Executor:
    """The executor of that name.

    Raises:
        UnusableExecutor: none is installed, its factory raised, or what it made is no :class:`rnnbench.Executor`.
    """
    if name not in registry.executors:
        raise UnusableExecutor(f"--executor {name}{expected_one_of(name, registry.executors)}")
    origin = registry.provider("executors", name).origin

    def failed(error: BaseException) -> UnusableExecutor:
        return UnusableExecutor(f"--executor {name}: {origin}: {format_error(error)}")

    executor: object
    with third_party_code(failed):
        executor = registry.executors[name](options)
    if not isinstance(executor, Executor):
        what = f"its factory makes a {type(executor).__name__}, expected a subclass of rnnbench.Executor"
        raise UnusableExecutor(f"--executor {name}: {origin}: {what}")
    return executor
