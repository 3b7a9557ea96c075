"""Imports one plugin, checks that its hooks are implemented as declared, and calls those that provide components."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any, NamedTuple

import pluggy

from rnnbench.base.containment import third_party_code
from rnnbench.base.messages import did_you_mean, format_error, one_line
from rnnbench.contract import hooks
from rnnbench.contract.datasets import Dataset
from rnnbench.contract.models import Model
from rnnbench.contract.tasks import Task
from rnnbench.contract.version import unsupported
from rnnbench.discovery.entry_points import Plugin
from rnnbench.discovery.lifecycle import call

KINDS = ("models", "tasks", "datasets", "metrics", "executors")
"""What plugins provide; the hook of a kind is ``rnnbench_<kind>``."""

CONTRACT: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "models": (Model, ("paper", "family", "roles")),
    "tasks": (Task, ("role", "rows", "metrics", "block")),
    "datasets": (Dataset, ("rows", "description", "licence")),
}
"""The base class of each kind, and the class attributes that a subclass must have."""

HOOKS = tuple(name for name in vars(hooks) if name.startswith("rnnbench_"))


class Component(NamedTuple):
    """A model, task, dataset, metric or executor, and the plugin that provides it."""

    kind: str
    name: str
    value: Any
    plugin: Plugin


class PluginError(Exception):
    """A plugin cannot be loaded; ``str`` says why on one line."""


def load(plugin: Plugin, point: EntryPoint, manager: pluggy.PluginManager) -> list[Component]:
    """Import a plugin, register it with ``manager``, and return the components that its hooks provide.

    A plugin that fails is not registered.

    Raises:
        PluginError: the import or a hook raised, a hook is misspelt or not decorated, a component breaks the contract,
            or the import changes global state.
    """
    with contextlib.nullcontext() if plugin.is_built_in else _restored(plugin):
        module = _import(point)
        _check_hooks(module, manager)
        manager.register(module, name=plugin.origin)
        try:
            manager.check_pending()
            return list(_components(plugin, module, manager))
        except BaseException:
            manager.unregister(module)
            raise


@contextlib.contextmanager
def _restored(plugin: Plugin) -> Iterator[None]:
    """Run code of a third-party plugin that may only define things."""

    def failed(error: BaseException) -> PluginError:
        return PluginError(format_error(error))

    with third_party_code(failed, passing=(PluginError,)) as changed:
        yield
        if moved := changed():
            raise PluginError(f"importing {plugin.module} changes {', '.join(moved)}, for every other plugin too")


def _import(point: EntryPoint) -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        module: ModuleType = point.load()
    if cause := unsupported(module):
        raise PluginError(cause)
    return module


def _check_hooks(module: ModuleType, manager: pluggy.PluginManager) -> None:
    """Refuse functions that look like hooks and would never be called."""
    implemented = sorted(name for name, value in vars(module).items() if _looks_like_a_hook(name, value))
    for name in implemented:
        if name not in HOOKS:
            raise PluginError(f"no hook is named {name!r}{did_you_mean(name, HOOKS)}, only {', '.join(HOOKS)}")
        if manager.parse_hookimpl_opts(module, name) is None:
            raise PluginError(f"{name} is not decorated: add @hookimpl from rnnbench")
    if not implemented:
        raise PluginError(f"implements no hook; expected one or more of {', '.join(HOOKS)}")


def _looks_like_a_hook(name: str, value: object) -> bool:
    return name.startswith("rnnbench_") and callable(value)


def _components(plugin: Plugin, module: ModuleType, manager: pluggy.PluginManager) -> Iterator[Component]:
    seen: set[tuple[str, str]] = set()
    for kind in KINDS:
        hook = f"rnnbench_{kind}"
        for provided in call(manager, module, hook):
            for value in provided:
                component = _component(plugin, kind, value)
                if (kind, component.name) in seen:
                    raise PluginError(f"{hook} yields {component.name!r} twice")
                seen.add((kind, component.name))
                yield component


def _component(plugin: Plugin, kind: str, value: Any) -> Component:
    name, value = value if kind == "executors" else (getattr(value, "name", None), value)
    if not isinstance(name, str) or not name or not name.isprintable():
        raise PluginError(one_line(f"rnnbench_{kind} yields {value!r}, which has no name that can be printed"))
    if kind in CONTRACT:
        base, declared = CONTRACT[kind]
        if not (isinstance(value, type) and issubclass(value, base)):
            what = f"is {value!r}, expected a subclass of rnnbench.{base.__name__}"
            raise PluginError(one_line(f"{kind[:-1]} {name!r} {what}"))
        if lacking := [one for one in declared if getattr(value, one, None) is getattr(base, one, None)]:
            what = f"declares no {', '.join(lacking)}, expected by rnnbench.{base.__name__}"
            raise PluginError(f"{kind[:-1]} {name!r} {what}")
    return Component(kind, name, value, plugin)
