"""From entry points to plugins: find, sort, import and classify. A broken plugin is a listed record with its cause."""

from __future__ import annotations

import functools
import importlib.util
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from rnnbench.contract import hooks
from rnnbench.contract.datasets import Dataset
from rnnbench.contract.models import Model
from rnnbench.contract.tasks import Task

if TYPE_CHECKING:
    from rnnbench.contract.metrics import Metric

GROUP = "rnnbench"
BUILT_IN = "rnnbench"  # the distribution whose names nobody else can take


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
        for place in [Path(path) for path in spec.submodule_search_locations or ()] if spec else []:
            for path in place.rglob("*.py"):
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
    """Load (distribution, version, entry point) one at a time and sort what they yield by kind and name."""
    manager = pluggy.PluginManager("rnnbench")
    manager.add_hookspecs(hooks)
    plugins: list[Plugin] = []
    found: dict[str, dict[str, Any]] = {kind: {} for kind in ("models", "tasks", "datasets", "metrics", "executors")}
    origin: dict[tuple[str, str], Plugin] = {}
    for distribution, version, point in points:
        plugin = Plugin(distribution, version, point.name, point.value)
        try:
            yielded = _load(manager, plugin, point)
            for kind, name, _ in yielded:
                if (kind, name) in origin:
                    raise PluginError(f"{kind[:-1]} {name!r} is already provided by {origin[kind, name].origin}")
        except Exception as error:  # noqa: BLE001  a stranger's import may raise anything
            cause = str(error) if isinstance(error, PluginError) else f"{type(error).__name__}: {error}"
            manager.unregister(name=plugin.origin) if manager.has_plugin(plugin.origin) else None
            plugins.append(Plugin(distribution, version, point.name, point.value, cause))
            continue
        plugins.append(plugin)
        for kind, name, thing in yielded:
            found[kind][name] = thing
            origin[kind, name] = plugin
    ordered = {kind: dict(sorted(things.items())) for kind, things in found.items()}
    return Registry(plugins=tuple(plugins), origin=origin, manager=manager, **ordered)


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


def _load(manager: pluggy.PluginManager, plugin: Plugin, point: EntryPoint) -> list[tuple[str, str, Any]]:
    """(kind, name, thing) of all that one entry point yields."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        module = point.load()
    manager.register(module, name=plugin.origin)
    manager.check_pending()
    yielded: list[tuple[str, str, Any]] = []
    for kind in ("models", "tasks", "datasets", "metrics", "executors"):
        hook = getattr(module, f"rnnbench_{kind}", None)
        if hook is None:
            continue
        for thing in hook():
            name = thing[0] if kind == "executors" else getattr(thing, "name", None)
            if not isinstance(name, str) or not name:
                raise PluginError(f"rnnbench_{kind} yields {thing!r}, which has no name")
            yielded.append((kind, name, thing[1] if kind == "executors" else thing))
    return yielded
