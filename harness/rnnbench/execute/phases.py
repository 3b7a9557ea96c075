"""The phases of a run that execute plugin code, and a line that attributes a failure to a plugin and a phase."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any

import torch

from rnnbench.base.containment import third_party_code
from rnnbench.base.messages import format_error
from rnnbench.discovery import BUILT_IN, Plugin, discover
from rnnbench.network.core import ContractBroken
from rnnbench.plan import Assignment
from rnnbench.records.files import StorageError
from rnnbench.train.checkpoint_files import Stopped

Send = Callable[[str, Any], None]
"""How a run reports: a kind, and what there is to say."""

LONGEST = 500
"""Letters of a reason."""


class PhaseFailed(Exception):
    """A phase went wrong. The message is the reason that the record gives."""


@contextlib.contextmanager
def phase(name: str, assignment: Assignment, send: Send) -> Iterator[None]:
    """Build, train or evaluate with the code of plugins: a failure names the plugin and the phase.

    Args:
        name: of the phase.
        assignment: whose model and task it is.
        send: is given the plugins and the phase before they start, for a process that dies without a message.

    Raises:
        PhaseFailed: a plugin raised, or changed global state that affects results.
        Stopped, StorageError, MemoryError: as they are, since no plugin is to blame.
    """
    send("phase", _where(name, assignment))

    def failed(error: BaseException) -> PhaseFailed:
        if is_out_of_memory(error):
            raise error
        return PhaseFailed(_reason(name, assignment, error, changed()))

    passing = (Stopped, StorageError, PhaseFailed)
    with third_party_code(failed, passing=passing, catching=(BaseException,)) as changed:
        yield
        if moved := changed():
            what = f"changes {', '.join(moved)}, which is not a plugin's to set: all of a run obeys it"
            raise PhaseFailed(f"{_at_work(assignment)} in {name}: {what}"[:LONGEST])


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out: on the CPU, torch raises a RuntimeError that says so."""
    return isinstance(error, MemoryError | torch.cuda.OutOfMemoryError) or "can't allocate memory" in format_error(
        error
    )


def _plugins(assignment: Assignment) -> dict[str, Plugin]:
    """Where an assignment's task and model come from."""
    registry = discover()
    found = {"tasks": registry.provider("tasks", assignment.task.task.name)}
    if assignment.model is not None:
        found["models"] = registry.provider("models", assignment.model.name)
    return found


def _where(name: str, assignment: Assignment) -> str:
    """The phase and the third-party plugins at work in it."""
    who = " or ".join(_origins(_third_parties(assignment)))
    return f"{who} in {name}" if who else name


def _third_parties(assignment: Assignment) -> list[Plugin]:
    return [plugin for plugin in _plugins(assignment).values() if plugin.distribution != BUILT_IN]


def _origins(plugins: Iterable[Plugin]) -> list[str]:
    return list(dict.fromkeys(plugin.origin for plugin in plugins))


def _at_work(assignment: Assignment) -> str:
    """Who may have changed global state: the third-party plugins, if any; it cannot be told a model from its task."""
    return " or ".join(_origins(_third_parties(assignment) or _plugins(assignment).values()))


def _reason(name: str, assignment: Assignment, error: BaseException, moved: list[str]) -> str:
    if isinstance(error, ContractBroken):
        plugin = _plugins(assignment)["tasks" if error.of_task else "models"]
        return f"{plugin.origin} in {name}: {error}"[:LONGEST]
    culprit = _culprit(error.__traceback__)
    who = _at_work(assignment) if moved else culprit.origin if culprit else None
    where = f"{who} in {name}" if who else name
    after = f", after it changed {', '.join(moved)}" if moved else ""
    return f"{where}: {format_error(error)}{after}"[:LONGEST]


def _culprit(traceback: TracebackType | None) -> Plugin | None:
    """The plugin whose code was running: a third party's before a built-in one that it called."""
    by_package = {plugin.module.partition(":")[0].partition(".")[0]: plugin for plugin in discover().plugins}
    running: list[Plugin] = []
    while traceback is not None:
        package = str(traceback.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        if package in by_package:
            running.append(by_package[package])
        traceback = traceback.tb_next
    found = [plugin for plugin in running if plugin.distribution != BUILT_IN] or running
    return found[-1] if found else None
