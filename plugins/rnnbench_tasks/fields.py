"""Checks of a task's own fields."""

from __future__ import annotations

from typing import Any


def positive(owner: Any, *names: str) -> None:
    """Each of these fields is at least one, or None.

    Raises:
        ValueError: one is not.
    """
    for name in names:
        value = getattr(owner, name)
        if value is not None and value < 1:
            raise ValueError(f"{name}: should be at least 1, got {value!r}")
