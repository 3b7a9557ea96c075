"""Checks of fields for a plugin's ``__post_init__``: a ValueError names the field, its value and what is accepted."""

from __future__ import annotations

import functools
import math
from typing import Any, Literal, get_args, get_origin, get_type_hints

from rnnbench.base.messages import did_you_mean


def check_whole(thing: object, *fields: str, low: int = 1, multiple_of: int = 1) -> None:
    """Each field is a whole number of at least ``low``, divisible by ``multiple_of``; None passes.

    Args:
        thing: a model, task or dataset, as its ``__post_init__`` sees it.
        fields: names of its fields.
        low: the smallest that is accepted.
        multiple_of: what divides all that are accepted.

    Raises:
        ValueError: one is not.
    """
    for field in fields:
        value = getattr(thing, field)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or value < low or value % multiple_of:
            divisible = f" divisible by {multiple_of}" if multiple_of > 1 else ""
            raise ValueError(f"{field} must be a whole number{divisible} of at least {low}, got {value!r}")


def check_fraction(thing: object, *fields: str) -> None:
    """Each field is a number of at least 0 and below 1.

    Raises:
        ValueError: one is not.
    """
    for field in fields:
        value = getattr(thing, field)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
            raise ValueError(f"{field} must be at least 0 and below 1, got {value!r}")


def check_positive(thing: object, *fields: str) -> None:
    """Each field is a finite number above 0.

    Raises:
        ValueError: one is not.
    """
    for field in fields:
        value = getattr(thing, field)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
            raise ValueError(f"{field} must be a number above 0, got {value!r}")


def check_choices(thing: object) -> None:
    """Each field that is typed as a ``Literal`` holds one of its values.

    Raises:
        ValueError: one does not.
    """
    cls: Any = type(thing)
    for field, choices in _choices(cls).items():
        value = getattr(thing, field)
        if value not in choices:
            hint = did_you_mean(value, choices)
            raise ValueError(f"{field} must be one of {', '.join(choices)}, got {value!r}{hint}")


@functools.cache  # sizing builds a model for each width that it tries
def _choices(cls: Any) -> dict[str, tuple[str, ...]]:
    return {field: get_args(hint) for field, hint in get_type_hints(cls).items() if get_origin(hint) is Literal}
