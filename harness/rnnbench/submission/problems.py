"""The problems of a submission: each is one line with the file, the field, what is expected and what was found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from rnnbench.base.messages import one_line, shown

RELATIVE = 1e-9
"""The tolerance between two computations of one number, which may add a sum in different orders."""


@dataclass(frozen=True, order=True)
class Problem:
    """``file`` is relative to the folder; ``field`` is empty where the file as a whole is meant."""

    file: str
    field: str
    message: str

    def __str__(self) -> str:
        return one_line(f"{self.file}: {self.field}: {self.message}" if self.field else f"{self.file}: {self.message}")


def differs(file: str, field: str, expected: object, got: object, why: str = "") -> Problem:
    """The problem of a field whose value is not the expected one."""
    return Problem(file, field, f"expected {_value(expected)}{why and f' ({why})'}, got {_value(got)}")


def same_number(first: float | None, second: float | None) -> bool:
    """Whether two numbers agree within rounding, :data:`RELATIVE`; None agrees with None."""
    if first is None or second is None:
        return first is second
    return math.isclose(first, second, rel_tol=RELATIVE, abs_tol=1e-12)


def differences(expected: Any, got: Any, at: str = "") -> list[tuple[str, Any, Any]]:
    """(field, expected, got) of the leaves in which two JSON values differ."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return [
            found
            for name in sorted(expected.keys() | got.keys(), key=str)
            for found in differences(expected.get(name), got.get(name), f"{at}.{name}" if at else str(name))
        ]
    # 1, 1.0 and true are one value to Python and three to a hash
    return [] if expected == got and type(expected) is type(got) else [(at, expected, got)]


def _value(value: object) -> str:
    """Numbers in full: the digit in which they differ may be the last."""
    return repr(value) if isinstance(value, float) else shown(value)
