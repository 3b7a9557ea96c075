"""Textbook series of one channel: monthly sunspots and airline passengers."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rnnbench import Observation, Row, Split
from rnnbench_tasks.public.source import Public, lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SHARES = {Split.TRAIN: (0.0, 0.6), Split.VALIDATION: (0.6, 0.8), Split.TEST: (0.8, 1.0)}
"""No split of these series is standard; the last fifth is often held back."""


@dataclass(frozen=True, kw_only=True)
class _Univariate(Public):
    """A file of quoted months and numbers, split by time 60/20/20."""

    rows = Observation
    licence = "not stated"
    folder = "univariate"
    remark = "a folder alone: no repository on the hub is known to hold these rows"

    file: ClassVar[str]

    def names(self, split: Split) -> tuple[str, ...]:
        """One file for all splits."""
        return (self.file,)

    def read(self, split: Split, paths: Sequence[Path]) -> Sequence[Row]:
        """The split's share of the months."""
        (path,) = paths
        _, *months = csv.reader(line for line in lines(path) if line)
        first, last = (round(share * len(months)) for share in _SHARES[split])
        return [Observation(month, (float(value),)) for month, value in months[first:last]]


@dataclass(frozen=True, kw_only=True)
class Sunspots(_Univariate):
    """2,820 months from 1749 to 1983."""

    name = "sunspots"
    description = "sunspots seen from Zurich, monthly means"
    citation = "Andrews and Herzberg 1985, Data: A Collection of Problems"
    channels = ("sunspots",)
    file = "monthly-sunspots.csv"
    published_size = "1,692 / 564 / 564 months"


@dataclass(frozen=True, kw_only=True)
class AirlinePassengers(_Univariate):
    """144 months from 1949 to 1960: a smoke test, no benchmark."""

    name = "airline-passengers"
    description = "thousands of airline passengers, monthly"
    citation = "Box and Jenkins 1976, Time Series Analysis"
    channels = ("passengers",)
    file = "airline-passengers.csv"
    published_size = "86 / 29 / 29 months"
