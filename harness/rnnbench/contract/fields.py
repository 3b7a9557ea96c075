"""Checks of a plugin's own fields, for its ``__post_init__``."""

from __future__ import annotations

from typing import Any


def check_positive(owner: Any, *names: str) -> None:
    """Each of these fields of ``owner`` is at least 1, or None.

    Raises:
        ValueError: one is not; the message names the field and its value.
    """
    for name in names:
        value = getattr(owner, name)
        if value is not None and value < 1:
            raise ValueError(f"{name}: should be at least 1, got {value!r}")
