"""What will run and what will not, decided before anything trains: sizes, run ids, and a reason for each skip.

Names load on first use: a run's id is derived where torch is not imported.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnbench.plan.planner import Assignment, Draft, Unplannable, draft

__all__ = ["Assignment", "Draft", "Unplannable", "draft"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'rnnbench.plan' has no attribute {name!r}")
    return getattr(importlib.import_module("rnnbench.plan.planner"), name)
