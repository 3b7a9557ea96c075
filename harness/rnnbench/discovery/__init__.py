"""Installed plugins: found by their entry points, loaded one at a time, and registered by kind and name.

A plugin that cannot be loaded is registered with its error; it stops only a suite that names what it would provide.
"""

from rnnbench.discovery.entry_points import BUILT_IN, Plugin
from rnnbench.discovery.loading import KINDS, Component
from rnnbench.discovery.registry import Registry, discover, find_model, register

__all__ = ["BUILT_IN", "KINDS", "Component", "Plugin", "Registry", "discover", "find_model", "register"]
