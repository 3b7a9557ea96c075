"""The user's own series: a table with a column of times and columns of numbers, divided by shares or by dates.

::

    dataset: {name: series-csv, fields: {path: sales.csv, time: day, targets: [sold], frequency: 1d}}
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rnnbench import Observation, Row, Split
from rnnbench_tasks.own.files import Own
from rnnbench_tasks.own.reading import read_table
from rnnbench_tasks.own.splits import Shares, check_shares, share
from rnnbench_tasks.own.unusable import Unusable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_UNITS = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_MONTHS = {"mo": 1, "y": 12}
_FREQUENCY = re.compile(rf"([1-9][0-9]*)({'|'.join((*_UNITS, *_MONTHS))})")
ANY = "any"


@dataclass(frozen=True, kw_only=True)
class SeriesCSV(Own):
    """A time and its values a row, in the order of time, none missing.

    Attributes:
        path: the table.
        time: the name of the column of times, in ISO 8601: 2024, 2024-05, 2024-05-31, 2024-05-31 12:00:00.
        targets: the names of the columns of numbers: what is read and predicted.
        frequency: the step from row to row: a number and s, min, h, d, w, mo or y; ``any`` for steps that only go
            forward; None for the step between the first two rows.
        shares: of the rows, for training, validation and test, in this order.
        validation_from: or the time of the first validation row.
        test_from: and the time of the first test row.
    """

    name = "series-csv"
    rows = Observation
    description = "your own series, a column of times and columns of numbers"

    path: str = ""
    time: str = "date"
    targets: tuple[str, ...] = ()
    frequency: str | None = None
    shares: Shares = (0.7, 0.1, 0.2)
    validation_from: str | None = None
    test_from: str | None = None

    def __post_init__(self) -> None:
        if not self.path:
            raise ValueError("path: give the table that holds the series")
        if not self.targets or len({self.time, *self.targets}) <= len(self.targets):
            raise ValueError(f"targets: expected the names of one or more columns, each once, got {list(self.targets)}")
        if self.frequency not in (None, ANY) and not _FREQUENCY.fullmatch(self.frequency):
            steps = f"a number and one of {', '.join((*_UNITS, *_MONTHS))}, as 15min, or {ANY}"
            raise ValueError(f"frequency: expected {steps}, got {self.frequency!r}")
        check_shares(self.shares)
        object.__setattr__(self, "channels", self.targets)
        self._check_dates()

    def load(self, split: Split, folder: Path | None) -> Sequence[Row]:
        """The observations of a split.

        Raises:
            DataMissing: there is no such file, a value is no number, or a step is not of the frequency.
        """
        (path,) = self.paths(split, folder)
        lines = read_table(path, (self.time, *self.targets))
        times = [(line, self._time(path, line, values[0])) for line, values in lines]
        self._check_steps(path, times)
        rows = [Observation(str(time), self._numbers(path, line, values)) for line, (time, *values) in lines]
        if self.validation_from is None or self.test_from is None:
            return share(rows, split, self.shares)
        bounds = [datetime.min, _parsed(self.validation_from), _parsed(self.test_from), datetime.max]  # noqa: DTZ901
        place = list(Split).index(split)
        found = [row for row, (_, time) in zip(rows, times, strict=True) if bounds[place] <= time < bounds[place + 1]]
        if not found:
            span = f"{lines[0][1][0]} to {lines[-1][1][0]}" if lines else "no row"
            raise Unusable(path, None, f"no {split} row between those dates, only {span}; move the dates")
        return found

    def names(self, split: Split) -> tuple[str, ...]:
        """One table for all splits."""
        return (self.path,)

    def _check_dates(self) -> None:
        given = {"validation_from": self.validation_from, "test_from": self.test_from}
        lacking = [name for name, date in given.items() if date is None]
        if len(lacking) == 1:
            raise ValueError(f"{lacking[0]}: the other date is given; give both, or shares")
        if lacking:
            return
        times = []
        for name, date in given.items():
            try:
                times.append(_parsed(date))
            except ValueError as error:
                raise ValueError(f"{name}: expected a time as 2024-05-31 12:00:00, got {date!r}") from error
        if times[0] >= times[1]:
            raise ValueError(f"test_from: expected a time after {self.validation_from}, got {self.test_from}")

    def _time(self, path: Path, line: int, value: object) -> datetime:
        try:
            return _parsed(value)
        except ValueError as error:
            what = "expected a time as 2024-05, 2024-05-31 or 2024-05-31 12:00:00"
            raise Unusable(path, line, f"column {self.time!r}: got {value!r}, {what}") from error

    def _numbers(self, path: Path, line: int, values: Sequence[object]) -> tuple[float, ...]:
        numbers = []
        for column, value in zip(self.targets, values, strict=True):
            try:
                number = float(value) if isinstance(value, str | int | float) else math.nan
            except ValueError:
                number = math.nan
            if not math.isfinite(number):
                what = "expected a number as 3.14; no value is guessed: fill it in, or leave the column or the rows out"
                raise Unusable(path, line, f"column {column!r}: got {value!r}, {what}")
            numbers.append(number)
        return tuple(numbers)

    def _check_steps(self, path: Path, times: Sequence[tuple[int, datetime]]) -> None:
        """Each step is of the frequency."""
        frequency = self.frequency
        inferred = times[1][1] - times[0][1] if frequency is None and len(times) > 1 else None
        for count, (line, time) in enumerate(times[1:], 1):
            before = times[count - 1][1]
            if time <= before:
                raise Unusable(path, line, f"column {self.time!r}: {time} does not come after {before}; sort the rows")
            if frequency == ANY:
                continue
            # months are counted from the first row: January 31st, February 28th, March 31st
            expected = before + inferred if inferred else _later(times[0][1], before, count, frequency or "")
            if time != expected:
                how = f"frequency {frequency}" if frequency else f"the first step, {inferred}"
                what = f"expected {expected} by {how}; fill the gap, or set frequency (1mo for months, {ANY} for none)"
                raise Unusable(path, line, f"column {self.time!r}: got {time}, {what}")


def _parsed(value: object) -> datetime:
    """A time without zone; one with a zone is put in UTC.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, datetime):
        time = value
    else:
        text = str(value).strip()
        whole = {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text)
        time = datetime.fromisoformat(whole)
    return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time


def _later(first: datetime, before: datetime, count: int, frequency: str) -> datetime:
    """The time one step after ``before``, which is ``count`` steps after ``first``."""
    match = _FREQUENCY.fullmatch(frequency)
    assert match is not None
    number, unit = int(match[1]), match[2]
    if unit in _UNITS:
        return before + number * _UNITS[unit]
    year, month = divmod(first.year * 12 + first.month - 1 + count * number * _MONTHS[unit], 12)
    return _day_of_month(first, year, month + 1)


def _day_of_month(first: datetime, year: int, month: int) -> datetime:
    """The first one's day in that month, or the month's last; the last stays the last."""
    following = datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001
    last = (following - timedelta(days=1)).day
    is_last = (first + timedelta(days=1)).day == 1
    return first.replace(year=year, month=month, day=last if is_last else min(first.day, last))
