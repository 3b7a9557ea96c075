"""Axes: the map from values to coordinates of the drawing, and the ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_WIDE = 20
"""Positive values that span more than this factor are shown on a logarithmic axis."""
_SMALLEST = 1e-100
_UNITS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


@dataclass(frozen=True)
class Axis:
    """A linear or logarithmic map from values in [low, high] to coordinates in [start, end]."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool

    def place(self, value: float) -> float:
        """The coordinate of a value."""
        low, high, at = (self._scaled(number) for number in (self.low, self.high, value))
        return self.start + (at - low) / (high - low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Between two and about seven round numbers."""
        return _decades(self.low, self.high) if self.logarithmic else _steps(self.low, self.high)

    def _scaled(self, value: float) -> float:
        return math.log(value) if self.logarithmic else value


def axis(values: Iterable[float], start: float, end: float) -> Axis:
    """The axis that shows all these values with a margin at both ends."""
    known = list(values)
    low, high = min(known), max(known)
    logarithmic = low > _SMALLEST and high / low > _WIDE
    if logarithmic:
        room = (high / low) ** 0.05
        return Axis(low / room, high * room, start, end, logarithmic)
    room = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return Axis(low - room, high + room, start, end, logarithmic)


def short(value: float) -> str:
    """A number in few characters."""
    for size, unit in _UNITS:
        if size <= abs(value) < 1000 * size:
            return f"{value / size:.4g}{unit}"
    return f"{value:.4g}"


def _steps(low: float, high: float) -> list[float]:
    rough = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first = math.ceil(low / step)
    return [index * step for index in range(first, math.floor(high / step) + 1)]


def _decades(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    digits = (1, 2, 5) if last - first <= 3 else (1,)
    every = max(1, (last - first) // 6)
    marks = [digit * 10.0**power for power in range(first, last + 1, every) for digit in digits]
    return [mark for mark in marks if low <= mark <= high]
