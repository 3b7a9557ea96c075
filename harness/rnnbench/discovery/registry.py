"""What is installed, by kind and name."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pluggy

from rnnbench import __version__
from rnnbench.base.messages import expected_one_of, format_error
from rnnbench.contract import hooks
from rnnbench.contract.datasets import Dataset
from rnnbench.contract.models import Model
from rnnbench.contract.tasks import Task
from rnnbench.discovery import lifecycle
from rnnbench.discovery.entry_points import BUILT_IN, Found, Plugin, find
from rnnbench.discovery.loading import Component, PluginError, load
from rnnbench.metrics import BUILT_IN as METRICS

if TYPE_CHECKING:
    from rnnbench.contract.execution import ExecutorFactory
    from rnnbench.contract.metrics import Metric


_METRICS = Plugin(BUILT_IN, __version__, "metrics", "rnnbench.metrics")


def _built_in_metrics() -> dict[tuple[str, str], Component]:
    """The harness's own metrics; of one with several forms the first."""
    return {("metrics", one.name): Component("metrics", one.name, one, _METRICS) for one in reversed(METRICS)}


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager("rnnbench")
    manager.add_hookspecs(hooks)
    return manager


@dataclass(frozen=True)
class Registry:
    """The installed plugins, also those that could not be loaded, and the components that the others provide."""

    plugins: tuple[Plugin, ...] = ()
    components: tuple[Component, ...] = ()
    manager: pluggy.PluginManager = field(default_factory=_manager, repr=False, compare=False)

    @functools.cached_property
    def models(self) -> Mapping[str, type[Model]]:
        """Model classes by name, sorted."""
        return self.named("models")

    @functools.cached_property
    def tasks(self) -> Mapping[str, type[Task]]:
        """Task classes by name, sorted."""
        return self.named("tasks")

    @functools.cached_property
    def datasets(self) -> Mapping[str, type[Dataset]]:
        """Dataset classes by name, sorted."""
        return self.named("datasets")

    @functools.cached_property
    def metrics(self) -> Mapping[str, Metric]:
        """Metrics by name, sorted."""
        return self.named("metrics")

    @functools.cached_property
    def executors(self) -> Mapping[str, ExecutorFactory]:
        """Factories of executors by name, sorted."""
        return self.named("executors")

    def named(self, kind: str) -> dict[str, Any]:
        """All components of a kind by name, sorted."""
        return {one.name: one.value for one in sorted(self.components, key=lambda one: one.name) if one.kind == kind}

    def provider(self, kind: str, name: str) -> Plugin:
        """The plugin that provides a component.

        Raises:
            KeyError: there is no such component.
        """
        return {(one.kind, one.name): one.plugin for one in self.components}[kind, name]

    @property
    def unloaded(self) -> list[str]:
        """A line for each plugin that could not be loaded."""
        return [f"{plugin.origin} could not be loaded: {plugin.error}" for plugin in self.plugins if plugin.error]

    def tell(self, hook: str, **values: Any) -> list[str]:
        """Call a lifecycle hook of every plugin; returns a line for each one that failed, which stops nothing."""
        return lifecycle.tell(self.manager, hook, **values)


@functools.cache
def discover() -> Registry:
    """Find and load the installed plugins, once a process."""
    return register(find())


def find_model(name: str, **fields: Any) -> Model:
    """The installed model of that name with these fields: for models that are made of another one.

    Raises:
        LookupError: no such model, or no such field.
    """
    models = discover().models
    if name not in models:
        raise LookupError(f"no model is named {name!r}{expected_one_of(name, models)}")
    try:
        return models[name](**fields)
    except TypeError as error:
        raise LookupError(f"model {name!r}: {error}") from error


def register(found: Iterable[Found]) -> Registry:
    """Load plugins one at a time and register what they provide; one that fails is registered with its error.

    A name that two third-party plugins provide is given to neither, so that no order decides which one a suite gets.
    """
    manager = _manager()
    plugins: list[Plugin] = []
    components = _built_in_metrics()
    providers = dict.fromkeys(components, _METRICS)
    for plugin, point in found:
        try:
            provided = {(one.kind, one.name): one for one in load(plugin, point, manager)}
            for key in sorted(provided.keys() & providers.keys()):
                if not providers[key].is_built_in:
                    components.pop(key, None)
                manager.unregister(name=plugin.origin)
                raise PluginError(f"{key[0][:-1]} {key[1]!r} is already provided by {providers[key].origin}")
        except (Exception, SystemExit) as error:  # noqa: BLE001  an import may raise anything
            cause = str(error) if isinstance(error, PluginError) else format_error(error)
            plugins.append(replace(plugin, error=cause))
            continue
        plugins.append(plugin)
        components.update(provided)
        providers.update(dict.fromkeys(provided, plugin))
    return Registry(tuple(plugins), tuple(components.values()), manager)
