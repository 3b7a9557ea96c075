"""From entry points to plugins: find, sort, import and classify. A broken plugin is a listed record with its cause."""

from __future__ import annotations

import contextlib
import difflib
import functools
import importlib.util
import inspect
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from rnnbench import __version__
from rnnbench.base.containment import contained, quiet_output, told
from rnnbench.contract import hooks
from rnnbench.contract.datasets import Dataset
from rnnbench.contract.models import Model
from rnnbench.contract.tasks import Task
from rnnbench.contract.version import unsupported
from rnnbench.metrics import BUILT_IN as METRICS

if TYPE_CHECKING:
    from rnnbench.contract.metrics import Metric

GROUP = "rnnbench"
BUILT_IN = "rnnbench"  # the distribution whose names nobody else can take
KINDS = ("models", "tasks", "datasets", "metrics", "executors")

CONTRACT: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "models": (Model, ("paper", "family", "roles")),
    "tasks": (Task, ("role", "rows", "metrics", "block")),
    "datasets": (Dataset, ("rows", "description", "licence")),
}
"""The base class of each kind, and what a subclass must declare."""

Things = dict[tuple[str, str], Any]
"""What plugins yield, by kind and name."""


@dataclass(frozen=True)
class Plugin:
    """One entry point: where it comes from, and what went wrong, if anything."""

    distribution: str
    version: str
    entry_point: str
    module: str
    error: str | None = None

    @property
    def origin(self) -> str:
        """``distribution[entry point]``, as every message names it."""
        return f"{self.distribution}[{self.entry_point}]"


@dataclass(frozen=True)
class Registry:
    """What is installed, by name; ``origin`` says which plugin a (kind, name) comes from."""

    plugins: tuple[Plugin, ...]
    models: Mapping[str, type[Model]]
    tasks: Mapping[str, type[Task]]
    datasets: Mapping[str, type[Dataset]]
    metrics: Mapping[str, Metric]
    executors: Mapping[str, Any]
    origin: Mapping[tuple[str, str], Plugin]
    manager: pluggy.PluginManager = field(repr=False, compare=False)

    def tell(self, hook: str, **values: Any) -> list[str]:
        """Call a lifecycle hook of each plugin by itself; returns, a line each, whose failed and how: no run did."""
        wrong = []
        for name, module in self.manager.list_name_plugin():
            if not hasattr(module, hook):
                continue
            others = [other for other in self.manager.get_plugins() if other is not module]
            try:
                with contained():
                    self.manager.subset_hook_caller(hook, others)(**values)
            except (Exception, SystemExit) as error:  # noqa: BLE001  a tracker that fails harms no run
                wrong.append(f"{name} in {hook}: {told(error)}")
        return wrong


def distributions() -> list[str]:
    """``name==version[entry point]`` of every plugin, sorted, without importing any."""
    return sorted(f"{dist}=={version}[{point.name}]" for dist, version, point in _entry_points())


def sources() -> list[tuple[str, int, int]]:
    """(file, size, time of change) of every plugin's modules, without importing any: an edited plugin shows here."""
    found = []
    for _, _, point in _entry_points():
        try:
            spec = importlib.util.find_spec(point.value.partition(":")[0].partition(".")[0])
        except (ImportError, ValueError):
            continue
        for place in spec.submodule_search_locations or [spec.origin or ""] if spec else []:
            for path in [Path(place)] if place.endswith(".py") else Path(place).rglob("*.py"):
                known = path.stat()
                found.append((str(path), known.st_size, known.st_mtime_ns))
    return sorted(found)


@functools.cache
def discover() -> Registry:
    """Import every entry point of the group, in an order that does not depend on the installation's."""
    return classify(_entry_points())


def find_model(name: str, **fields: Any) -> Model:
    """The installed model of that name with these fields: for models that are made of another one.

    Raises:
        LookupError: no such model, or no such field.
    """
    models = discover().models
    if name not in models:
        raise LookupError(f"no model is named {name!r}; installed: {', '.join(sorted(models))}")
    try:
        return models[name](**fields)
    except TypeError as error:
        raise LookupError(f"model {name!r}: {error}") from error


def classify(points: Iterable[tuple[str, str, EntryPoint]]) -> Registry:
    """Load (distribution, version, entry point) one at a time and sort what they yield by kind and name.

    A name that two strangers provide is nobody's: which of them would serve a suite is not ours to choose.
    """
    manager = pluggy.PluginManager("rnnbench")
    manager.add_hookspecs(hooks)
    plugins: list[Plugin] = []
    found: Things = {("metrics", metric.name): metric for metric in reversed(METRICS)}
    origin = {("executors", "local"): Plugin(BUILT_IN, "", "executors", "rnnbench.execute.local.executor")}
    origin |= dict.fromkeys(found, Plugin(BUILT_IN, __version__, "metrics", "rnnbench.metrics"))
    for distribution, version, point in points:
        plugin = Plugin(distribution, version, point.name, point.value)
        try:
            with contextlib.nullcontext() if distribution == BUILT_IN else _contained(plugin):
                yielded = _load(manager, plugin, point)
            for kind, name in yielded.keys() & origin.keys():
                if origin[kind, name].distribution != BUILT_IN:
                    found.pop((kind, name), None)
                raise PluginError(f"{kind[:-1]} {name!r} is already provided by {origin[kind, name].origin}")
        except (Exception, SystemExit) as error:  # noqa: BLE001  a stranger's import may raise anything
            cause = str(error) if isinstance(error, PluginError) else told(error)
            manager.unregister(name=plugin.origin) if manager.has_plugin(plugin.origin) else None
            plugins.append(replace(plugin, error=" ".join(cause.split())))
            continue
        plugins.append(plugin)
        found.update(yielded)
        origin.update(dict.fromkeys(yielded, plugin))
    by_kind = {
        kind: {name: found[of_kind, name] for of_kind, name in sorted(found) if of_kind == kind} for kind in KINDS
    }
    return Registry(plugins=tuple(plugins), origin=origin, manager=manager, **by_kind)


class PluginError(Exception):
    """A plugin breaks the rules of discovery."""


def _entry_points() -> list[tuple[str, str, EntryPoint]]:
    """(distribution, version, entry point), the built-ins first, then by name."""
    points = {
        (point.dist.name if point.dist else "unknown", point.name, point.value): point
        for point in entry_points(group=GROUP)
    }
    ordered = sorted(points.items(), key=lambda item: (item[0][0] != BUILT_IN, item[0]))
    return [(key[0], point.dist.version if point.dist else "", point) for key, point in ordered]


@contextlib.contextmanager
def _contained(plugin: Plugin) -> Iterator[None]:
    """An import leaves no trace but the plugin: what it prints, sets or replaces would be in everybody's runs."""
    with quiet_output(), contained() as changed:
        yield
        if moved := changed():
            raise PluginError(f"importing {plugin.module} changes {', '.join(moved)}, for every other plugin too")


def _load(manager: pluggy.PluginManager, plugin: Plugin, point: EntryPoint) -> Things:
    """All that one entry point yields."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        module = point.load()
    if cause := unsupported(module):
        raise PluginError(cause)
    _check_names(module)
    manager.register(module, name=plugin.origin)
    manager.check_pending()
    yielded: Things = {}
    for kind in KINDS:
        hook = getattr(module, f"rnnbench_{kind}", None)
        if hook is None:
            continue
        for thing in hook():
            name, value = thing if kind == "executors" else (getattr(thing, "name", None), thing)
            if not isinstance(name, str) or not name or not name.isprintable():
                raise PluginError(f"rnnbench_{kind} yields {thing!r}, which has no name that can be printed")
            if (kind, name) in yielded:
                raise PluginError(f"rnnbench_{kind} yields {name!r} twice")
            _check_contract(kind, name, value)
            yielded[kind, name] = value
    return yielded


def _check_names(module: Any) -> None:
    """A hook whose name is misspelt would never be called."""
    known = [name for name in vars(hooks) if name.startswith("rnnbench_")]
    own = [name for name, value in vars(module).items() if name.startswith("rnnbench_") and inspect.isfunction(value)]
    for name in sorted(set(own) - set(known)):
        near = difflib.get_close_matches(name, known, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise PluginError(f"no hook is named {name!r}, only {', '.join(known)}{hint}")
    if not own:
        raise PluginError(f"implements no hook; expected one or more of {', '.join(known)}")


def _check_contract(kind: str, name: str, thing: Any) -> None:
    if kind not in CONTRACT:
        return
    base, declared = CONTRACT[kind]
    if not (isinstance(thing, type) and issubclass(thing, base)):
        raise PluginError(f"{kind[:-1]} {name!r} is {thing!r}, expected a subclass of rnnbench.{base.__name__}")
    lacking = [attribute for attribute in declared if not hasattr(thing, attribute)]
    if lacking:
        raise PluginError(
            f"{kind[:-1]} {name!r} declares no {', '.join(lacking)}, expected by rnnbench.{base.__name__}"
        )
