"""Calls the hooks of one plugin at a time, so that a result or a failure is attributed to its plugin."""

from __future__ import annotations

from typing import Any

import pluggy

from rnnbench.base.containment import PluginFailed, third_party_code


def call(manager: pluggy.PluginManager, module: object, hook: str, **values: Any) -> list[Any]:
    """Call a hook of one registered module; the list holds its result, or nothing if it lacks the hook."""
    others = [other for other in manager.get_plugins() if other is not module]
    results: list[Any] = manager.subset_hook_caller(hook, others)(**values)
    return results


def tell(manager: pluggy.PluginManager, hook: str, **values: Any) -> list[str]:
    """Call a lifecycle hook of every plugin; returns a line for each one that failed, which stops nothing."""
    failures = []
    for implementation in getattr(manager.hook, hook).get_hookimpls():
        try:
            with third_party_code():
                call(manager, implementation.plugin, hook, **values)
        except PluginFailed as failure:
            failures.append(f"{implementation.plugin_name} in {hook}: {failure}")
    return failures
