"""The version of the contract: what plugins are written for, and names that have moved since."""

from __future__ import annotations

import warnings
from functools import cache
from typing import NamedTuple

API = 1
"""Raised when a plugin that kept to the contract before would break."""
SUPPORTED = (API,)


class Moved(NamedTuple):
    """What replaces a public name, and since which version of rnnbench.

    ``home`` is the module that still has the old thing; None: it is the new one under another name.
    """

    to: str
    since: str
    home: str | None = None


MOVED: dict[str, Moved] = {
    "Formula": Moved("Metric", "0.2", "rnnbench.metrics.formulas"),
    "ItemMetric": Moved("Metric", "0.2", "rnnbench.contract.item_metric"),
    "SOLVED_MSE": Moved("find_metric", "0.2", "rnnbench.metrics.memory"),
    "find_formula": Moved("find_metric", "0.2", "rnnbench.metrics.formulas"),
}
"""Public names that still work under their old name, by that name. CHANGELOG.md says for how long."""


class PluginDeprecation(FutureWarning):
    """A plugin uses a name that will go. Shown to whoever runs it, since its author may not."""


def unsupported(module: object) -> str | None:
    """Why this harness cannot use a plugin module, by its ``RNNBENCH_API`` (without one: the first version)."""
    asked = getattr(module, "RNNBENCH_API", 1)
    if asked in SUPPORTED:
        return None
    known = ", ".join(map(str, SUPPORTED))
    return f"it is written for plugin API {asked!r}, this rnnbench has {known}: install the release of either that fits"


@cache
def warn_moved(name: str) -> Moved:
    """Where a public name went; warns the first time.

    Raises:
        KeyError: it did not move.
    """
    moved = MOVED[name]
    message = f"rnnbench.{name} is rnnbench.{moved.to} since {moved.since}; the old name will go"
    warnings.warn(message, PluginDeprecation, stacklevel=3)
    return moved
