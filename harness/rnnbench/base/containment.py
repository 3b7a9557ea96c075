"""Runs a plugin's code: restores the process's global state afterwards and reports changes that affect results.

Imports neither torch nor NumPy; their state is saved and restored once another module has imported them.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from rnnbench.base.messages import format_error


class Shared(NamedTuple):
    """A piece of a process's global state: how a message names it, and how it is read and restored."""

    name: str
    get: Callable[[], Any]
    put: Callable[[Any], Any]


Changed = Callable[[], list[str]]
"""Names the global state that has been changed since and affects the results of every run."""


class PluginFailed(Exception):
    """A plugin's code raised; ``str`` is the exception on one line, ``__cause__`` the exception itself."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(format_error(error))


@contextlib.contextmanager
def third_party_code(
    failed: Callable[[BaseException], Exception] = PluginFailed,
    *,
    passing: tuple[type[BaseException], ...] = (),
    catching: tuple[type[BaseException], ...] = (Exception, SystemExit),
) -> Iterator[Changed]:
    """Run a plugin's code: what it prints goes to stderr, and the process's global state is restored afterwards.

    Args:
        failed: makes the exception to raise from one that the code raised; called before anything is restored.
        passing: exceptions that are raised as they are.
        catching: all other ones that are converted; a plugin may call ``sys.exit`` too.

    Yields:
        A function that names the changes, up to now, that affect results.
    """
    with quiet_output(), contained() as changed:
        try:
            yield changed
        except passing:
            raise
        except catching as error:
            raise failed(error) from error


@contextlib.contextmanager
def contained() -> Iterator[Changed]:
    """Restore at the end: working folder, environment, random states, and torch's settings and functions."""
    harmless, settings, functions = _harmless(), _settings(), _functions()
    kept = [(one, one.get()) for one in harmless]
    before = [(one, one.get()) for one in settings]

    def changed() -> list[str]:
        replaced = [f"{_name(owner)}.{name}" for owner, name, _ in _replaced(functions)]
        return [one.name for one, value in before if one.get() != value] + replaced

    try:
        with warnings.catch_warnings():
            yield changed
    finally:
        for owner, name, value in list(_replaced(functions)):
            setattr(owner, name, value)
        for one, value in before:
            if one.get() != value:
                one.put(value)
        for one, value in kept:
            with contextlib.suppress(OSError, TypeError):  # a folder that is gone, a handler that is not Python's
                one.put(value)


@contextlib.contextmanager
def quiet_output() -> Iterator[None]:
    """Send to stderr what is printed: stdout is the harness's own, to be piped."""
    sys.stdout.flush()
    try:
        kept = os.dup(1)
        os.dup2(2, 1)
    except OSError:  # one of them is closed
        with contextlib.redirect_stdout(sys.stderr):
            yield
        return
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _harmless() -> list[Shared]:
    """State that no result depends on: restored without a message."""
    found = [
        Shared("the environment", lambda: dict(os.environ), _put_environment),
        Shared("the recursion limit", sys.getrecursionlimit, sys.setrecursionlimit),
        _attribute("the standard output", sys, "stdout"),
        _attribute("the standard error output", sys, "stderr"),
        Shared("Python's random numbers", random.getstate, random.setstate),
    ]
    with contextlib.suppress(OSError):
        found.append(Shared("the working folder", os.getcwd, os.chdir))
    if threading.current_thread() is threading.main_thread():
        found += [_handler(number) for number in (signal.SIGINT, signal.SIGTERM)]
    if (numpy := sys.modules.get("numpy")) is not None:
        found.append(Shared("NumPy's random numbers", numpy.random.get_state, numpy.random.set_state))
        found.append(Shared("NumPy's errors", numpy.geterr, lambda handling: numpy.seterr(**handling)))
    if (torch := _torch()) is not None:
        found.append(Shared("torch's random numbers", torch.get_rng_state, torch.set_rng_state))
    return found


def _settings() -> list[Shared]:
    """Global settings of torch, which affect every tensor operation of the process."""
    if (torch := _torch()) is None:
        return []

    def put_device(device: Any) -> None:
        torch.set_default_device(None if device == torch.device("cpu") else device)

    def autocast() -> bool:
        return bool(torch.is_autocast_enabled("cpu"))

    return [
        Shared("torch's default type", torch.get_default_dtype, torch.set_default_dtype),
        Shared("torch's default device", torch.get_default_device, put_device),
        Shared("torch's threads", torch.get_num_threads, torch.set_num_threads),
        Shared("whether torch keeps gradients", torch.is_grad_enabled, torch.set_grad_enabled),
        Shared("torch's autocast", autocast, lambda value: torch.set_autocast_enabled("cpu", value)),
        Shared(
            "torch's precision of matrix products",
            torch.get_float32_matmul_precision,
            torch.set_float32_matmul_precision,
        ),
        Shared(
            "torch's choice of deterministic algorithms",
            torch.are_deterministic_algorithms_enabled,
            torch.use_deterministic_algorithms,
        ),
        _attribute("whether torch uses oneDNN", torch.backends.mkldnn, "enabled"),
        _attribute("whether torch uses cuDNN", torch.backends.cudnn, "enabled"),
        _attribute("cuDNN's determinism", torch.backends.cudnn, "deterministic"),
        _attribute("cuDNN's benchmarks", torch.backends.cudnn, "benchmark"),
    ]


def _functions() -> dict[Any, dict[str, Any]]:
    """By module or class of torch: its functions and classes, which a plugin might replace for the whole process."""
    if (torch := _torch()) is None:
        return {}
    nn, optim = torch.nn, torch.optim
    owners = [torch, torch.Tensor, torch.autograd, nn, nn.functional, nn.init, nn.utils, nn.Module]
    owners += [nn.Linear, nn.Embedding, optim, optim.Optimizer, optim.AdamW, optim.SGD]
    return {owner: {name: value for name, value in vars(owner).items() if callable(value)} for owner in owners}


def _replaced(functions: dict[Any, dict[str, Any]]) -> Iterator[tuple[Any, str, Any]]:
    """(owner, name, original) of each function that was replaced, but not by torch, which does so when it compiles."""
    for owner, originals in functions.items():
        now = vars(owner)
        for name, value in originals.items():
            found = now.get(name)
            if found is not value and str(getattr(found, "__module__", "")).partition(".")[0] != "torch":
                yield owner, name, value


def _torch() -> Any:
    """torch, if it is completely imported."""
    torch = sys.modules.get("torch")
    return torch if hasattr(torch, "nn") and hasattr(torch, "optim") else None


def _name(owner: Any) -> str:
    return owner.__name__ if isinstance(owner, type(sys)) else f"{owner.__module__}.{owner.__qualname__}"


def _attribute(name: str, owner: Any, attribute: str) -> Shared:
    return Shared(name, lambda: getattr(owner, attribute), lambda value: setattr(owner, attribute, value))


def _handler(number: signal.Signals) -> Shared:
    return Shared(number.name, lambda: signal.getsignal(number), lambda handler: signal.signal(number, handler))


def _put_environment(environment: dict[str, str]) -> None:
    if dict(os.environ) != environment:
        os.environ.clear()
        os.environ.update(environment)
