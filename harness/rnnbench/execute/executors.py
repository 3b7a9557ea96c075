"""An executor from its name: the built-in one and third-party ones alike come from the registry."""

from __future__ import annotations

from rnnbench.base.containment import third_party_code
from rnnbench.base.errors import UserError
from rnnbench.base.messages import expected_one_of, format_cause
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
        raise UnusableExecutor(
            f"--executor {name}: there is none of that name{expected_one_of(name, registry.executors)}"
        )
    origin = registry.provider("executors", name).origin

    def failed(error: BaseException) -> UnusableExecutor:
        return UnusableExecutor(f"--executor {name}: {origin}: {format_cause(error)}")

    with third_party_code(failed):
        return _checked(registry.executors[name](options))


def _checked(made: object) -> Executor:
    """What a factory made.

    Raises:
        TypeError: it is no executor.
    """
    if not isinstance(made, Executor):
        raise TypeError(f"its factory makes a {type(made).__name__}, expected a subclass of rnnbench.Executor")
    return made
