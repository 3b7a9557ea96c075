"""ETT: loads and oil temperature of electricity transformers, split by months of 30 days: 12, 4 and 4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rnnbench import Observation, Row, Split
from rnnbench_tasks.public.hub import Hub
from rnnbench_tasks.public.source import Public, table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_MONTHS = {Split.TRAIN: (0, 12), Split.VALIDATION: (12, 16), Split.TEST: (16, 20)}


def _hub(file: str) -> Hub:
    return Hub("thuml/Time-Series-Library", dict.fromkeys(Split, f"ETT-small/{file}"))


@dataclass(frozen=True, kw_only=True)
class _ETT(Public):
    """What the stations have in common.

    Attributes:
        test_rows: the first test rows only, None for all: many published figures leave out the last windows, which do
            not fill a batch of 32.
    """

    test_rows: int | None = None

    rows = Observation
    licence = "CC BY-ND 4.0"
    citation = "Zhou et al. 2021, Informer"
    folder = "ett"
    channels = ("HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT")

    file: ClassVar[str]
    per_hour: ClassVar[int] = 1

    def names(self, split: Split) -> tuple[str, ...]:
        """One file for all splits."""
        return (self.file,)

    def read(self, split: Split, paths: Sequence[Path]) -> Sequence[Row]:
        """The rows of the split's months; the rest of the file is not used."""
        (path,) = paths
        columns = table(path)
        month = 30 * 24 * self.per_hour
        part = slice(*(bound * month for bound in _MONTHS[split]))
        times = [str(time) for time in columns["date"][part]]
        values = zip(*(columns[name][part] for name in self.channels), strict=True)
        rows = [Observation(time, tuple(map(float, row))) for time, row in zip(times, values, strict=True)]
        return rows[: self.test_rows] if split is Split.TEST else rows


@dataclass(frozen=True, kw_only=True)
class ETTh1(_ETT):
    """8,640 / 2,880 / 2,880 hours of 7 channels."""

    name = "etth1"
    description = "an electricity transformer, hourly, 7 channels"
    file = "ETTh1.csv"
    hub = _hub(file)
    published_size = "8,640 / 2,880 / 2,880 hours of 7 channels"


@dataclass(frozen=True, kw_only=True)
class ETTh2(_ETT):
    """8,640 / 2,880 / 2,880 hours of 7 channels."""

    name = "etth2"
    description = "another electricity transformer, hourly, 7 channels"
    file = "ETTh2.csv"
    hub = _hub(file)
    published_size = "8,640 / 2,880 / 2,880 hours of 7 channels"


@dataclass(frozen=True, kw_only=True)
class ETTm1(_ETT):
    """34,560 / 11,520 / 11,520 quarters of an hour of 7 channels."""

    name = "ettm1"
    description = "the transformer of etth1, every 15 minutes, 7 channels"
    file = "ETTm1.csv"
    hub = _hub(file)
    published_size = "34,560 / 11,520 / 11,520 quarters of an hour of 7 channels"
    per_hour = 4
