"""A plugin project to start from: ``rnnbench new-plugin``."""

from rnnbench.template.render import KINDS, Unwritable, render_plugin, write

__all__ = ["KINDS", "Unwritable", "render_plugin", "write"]
