"""What a run may take of the machine before it is ended. No number depends on it, so no run id does."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from rnnbench.suite.base import Shape

_UNITS = {"MB": 10**6, "GB": 10**9}


def _bytes(value: object) -> object:
    """``8GB`` as a number of bytes."""
    if value is None:
        return None
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?) ?(MB|GB)", value) if isinstance(value, str) else None
    if found is None or not float(found[1]):
        raise ValueError("expected a size as 8GB or 500MB, or null")
    return round(float(found[1]) * _UNITS[found[2]])


class Limits(Shape):
    """What one process of a run may take; None is no limit.

    ``seconds`` of wall time: the run is asked to stop, which saves its place, and killed if it does not. ``memory`` is
    what its process holds, in bytes, the libraries included. Both statuses, ``timeout`` and ``oom``, are tried again by
    the next call; after a timeout the run goes on from where it was.
    """

    seconds: Annotated[float, Field(gt=0, le=10**8)] | None = 86400.0
    memory: Annotated[int | None, BeforeValidator(_bytes, json_schema_input_type=str | None)] = None


NO_LIMITS = Limits(seconds=None)
