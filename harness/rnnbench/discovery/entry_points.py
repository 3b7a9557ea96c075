"""Finds the installed plugins without importing them."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

GROUP = "rnnbench"
BUILT_IN = "rnnbench"
"""The distribution of the built-in plugins: no other one can provide a name of theirs."""

OWN_EXECUTORS = EntryPoint("executors", "rnnbench.execute.local", GROUP)
"""The one plugin inside the harness: found, loaded and checked as any other."""


@dataclass(frozen=True)
class Plugin:
    """One entry point, and why it could not be loaded, if so."""

    distribution: str
    version: str
    entry_point: str
    module: str
    error: str | None = None

    @property
    def origin(self) -> str:
        """``distribution[entry point]``, as every message names it."""
        return f"{self.distribution}[{self.entry_point}]"

    @property
    def is_built_in(self) -> bool:
        """Whether it comes with rnnbench."""
        return self.distribution == BUILT_IN


Found = tuple[Plugin, EntryPoint]
"""A plugin, and how to import it."""


def find() -> list[Found]:
    """All installed plugins, the built-in ones first, then by name: the order of installation does not count."""
    points = {
        (point.dist.name if point.dist else "unknown", point.name, point.value): point
        for point in entry_points(group=GROUP)
    }
    points[BUILT_IN, OWN_EXECUTORS.name, OWN_EXECUTORS.value] = OWN_EXECUTORS
    found = [
        (Plugin(distribution, point.dist.version if point.dist else "", name, module), point)
        for (distribution, name, module), point in points.items()
    ]
    return sorted(found, key=lambda one: (not one[0].is_built_in, one[0].origin, one[0].module))


def versions() -> list[str]:
    """``name==version[entry point]`` of every plugin, sorted: a part of cache keys."""
    return sorted(f"{plugin.distribution}=={plugin.version}[{plugin.entry_point}]" for plugin, _ in find())


def source_states() -> list[tuple[str, int, int]]:
    """(file, size, time of change) of every plugin's modules, sorted: a part of cache keys, for edited plugins."""
    states = []
    for plugin, _ in find():
        try:
            spec = importlib.util.find_spec(plugin.module.partition(":")[0].partition(".")[0])
        except (ImportError, ValueError):
            continue
        for place in spec.submodule_search_locations or [spec.origin or ""] if spec else []:
            for path in [Path(place)] if place.endswith(".py") else Path(place).rglob("*.py"):
                state = path.stat()
                states.append((str(path), state.st_size, state.st_mtime_ns))
    return sorted(states)
