"""The phases of a run in which plugins work, and whom a failure is attributed to: which plugin, in which phase."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType

import torch

from rnnbench.base.containment import third_party_code
from rnnbench.base.messages import format_error
from rnnbench.contract.execution import HookFailed, PhaseChanged, Progress
from rnnbench.discovery import BUILT_IN, Plugin, Registry
from rnnbench.network.core import ContractBroken
from rnnbench.plan import Assignment
from rnnbench.records.files import StorageError
from rnnbench.train.checkpoint_files import Stopped

Report = Callable[[PhaseChanged | Progress | HookFailed], None]
"""How a run's process reports what happens before the run's last event."""

MAX_REASON = 500
"""Characters of a reason."""


class PhaseFailed(Exception):
    """A phase of a run failed. The message is the reason that the record gives."""


@dataclass(frozen=True)
class Phases:
    """The phases of one run."""

    assignment: Assignment
    registry: Registry
    report: Report

    @contextlib.contextmanager
    def enter(self, name: str) -> Iterator[None]:
        """Work in the phase ``build``, ``train`` or ``evaluate``.

        The phase is reported first, since the process may die in it. What plugins change of the process's global state
        is put back afterwards; where it moves numbers, the phase has failed.

        Raises:
            PhaseFailed: a plugin raised something, or changed what moves numbers.
            Stopped, StorageError, MemoryError: unchanged, since no plugin is to blame.
        """
        self.report(PhaseChanged(self.assignment.run.id, self._named(name)))

        def failed(error: BaseException) -> PhaseFailed:
            if is_out_of_memory(error):
                raise error
            return PhaseFailed(self._reason(name, error, changed()))

        passing = (Stopped, StorageError, PhaseFailed)
        with third_party_code(failed, passing=passing, catching=(BaseException,)) as changed:
            yield
            if moved := changed():
                what = f"changes {', '.join(moved)}, which is not a plugin's to set: all of a run obeys it"
                raise PhaseFailed(f"{self._suspects()} in {name}: {what}"[:MAX_REASON])

    def _plugins(self) -> dict[str, Plugin]:
        """The plugins of the assignment's task and model."""
        registry, assignment = self.registry, self.assignment
        plugins = {"tasks": registry.provider("tasks", assignment.task.task.name)}
        if assignment.model is not None:
            plugins["models"] = registry.provider("models", assignment.model.name)
        return plugins

    def _third_party(self) -> list[Plugin]:
        return [plugin for plugin in self._plugins().values() if plugin.distribution != BUILT_IN]

    def _named(self, name: str) -> str:
        """The phase, with the third-party plugins at work in it."""
        who = " or ".join(_origins(self._third_party()))
        return f"{who} in {name}" if who else name

    def _suspects(self) -> str:
        """Who may have changed global state: the third-party plugins where there are some, else the built-in ones."""
        return " or ".join(_origins(self._third_party() or self._plugins().values()))

    def _reason(self, name: str, error: BaseException, moved: list[str]) -> str:
        if isinstance(error, ContractBroken):
            plugin = self._plugins()["tasks" if error.of_task else "models"]
            return f"{plugin.origin} in {name}: {error}"[:MAX_REASON]
        raiser = self._raiser(error.__traceback__)
        who = self._suspects() if moved else raiser.origin if raiser else None
        where = f"{who} in {name}" if who else name
        after = f", after it changed {', '.join(moved)}" if moved else ""
        return f"{where}: {format_error(error)}{after}"[:MAX_REASON]

    def _raiser(self, traceback: TracebackType | None) -> Plugin | None:
        """The plugin whose code was running: a third-party one before a built-in one that it called."""
        by_package = {plugin.module.partition(":")[0].partition(".")[0]: plugin for plugin in self.registry.plugins}
        by_package.pop(__name__.partition(".")[0], None)  # the harness's own code is no plugin's
        running: list[Plugin] = []
        while traceback is not None:
            package = str(traceback.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
            if package in by_package:
                running.append(by_package[package])
            traceback = traceback.tb_next
        candidates = [plugin for plugin in running if plugin.distribution != BUILT_IN] or running
        return candidates[-1] if candidates else None


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out: on the CPU, torch raises a RuntimeError that says so."""
    return isinstance(error, MemoryError | torch.cuda.OutOfMemoryError) or "can't allocate memory" in format_error(
        error
    )


def _origins(plugins: Iterable[Plugin]) -> list[str]:
    return list(dict.fromkeys(plugin.origin for plugin in plugins))
