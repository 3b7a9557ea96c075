"""Electricity, exchange rates and weather: series of the long-horizon literature, split 70 / 10 / 20.

The files are those of Wu et al. 2021 (Autoformer): a column of dates, then the channels, the last one named OT. Zeng et
al. 2022 and others since report on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rnnbench import DataMissing, Observation, Row, Split
from rnnbench_tasks.public.hub import Hub
from rnnbench_tasks.public.source import Public, table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class _LongSeries(Public):
    rows = Observation
    file: ClassVar[str]

    def names(self, split: Split) -> tuple[str, ...]:
        """One file for all splits."""
        return (self.file,)

    def read(self, split: Split, paths: Sequence[Path]) -> Sequence[Row]:
        """A stretch of the series; columns go by their place, since copies differ in how they write units.

        Raises:
            DataMissing: there are more or fewer columns than channels.
        """
        (path,) = paths
        dates, *series = table(path, encoding="latin-1").values()
        if len(series) != len(self.channels):
            raise DataMissing(f"{path}: {len(series)} columns beside the dates, expected {len(self.channels)}")
        train, test = int(len(dates) * 0.7), int(len(dates) * 0.2)
        bounds = {Split.TRAIN: (0, train), Split.VALIDATION: (train, len(dates) - test), Split.TEST: (-test, None)}
        part = slice(*bounds[split])
        values = zip(*(column[part] for column in series), strict=True)
        return [Observation(str(date), tuple(map(float, row))) for date, row in zip(dates[part], values, strict=True)]


def _hub(path: str) -> Hub:
    return Hub("thuml/Time-Series-Library", dict.fromkeys(Split, path))


@dataclass(frozen=True, kw_only=True)
class Electricity(_LongSeries):
    """The hourly consumption of 321 customers."""

    name = "electricity"
    description = "the consumption of 321 customers, hourly"
    licence = "CC BY 4.0 (UCI)"
    citation = "Trindade 2015, ElectricityLoadDiagrams20112014"
    folder = "electricity"
    file = "electricity.csv"
    channels = (*map(str, range(320)), "OT")
    hub = _hub("electricity/electricity.csv")
    published_size = "26,304 hours of 321 channels"


@dataclass(frozen=True, kw_only=True)
class ExchangeRate(_LongSeries):
    """The daily exchange rates of eight countries, 1990 to 2010."""

    name = "exchange-rate"
    description = "exchange rates of eight countries, daily"
    licence = "not stated"
    citation = "Lai et al. 2018, Modeling Long- and Short-Term Temporal Patterns"
    folder = "exchange-rate"
    file = "exchange_rate.csv"
    channels = (*map(str, range(7)), "OT")
    hub = _hub("exchange_rate/exchange_rate.csv")
    published_size = "7,588 days of 8 channels"


@dataclass(frozen=True, kw_only=True)
class Weather(_LongSeries):
    """Measurements of a weather station in Jena, 2020."""

    name = "weather"
    description = "21 measurements of a weather station, every 10 minutes"
    licence = "not stated"
    citation = "Max Planck Institute for Biogeochemistry, Jena; Wu et al. 2021, Autoformer"
    folder = "weather"
    file = "weather.csv"
    channels = (
        *("p", "T", "Tpot", "Tdew", "rh", "VPmax", "VPact", "VPdef", "sh", "H2OC", "rho", "wv", "max. wv", "wd"),
        *("rain", "raining", "SWDR", "PAR", "max. PAR", "Tlog", "OT"),
    )
    hub = _hub("weather/weather.csv")
    published_size = "52,696 steps of 10 minutes, 21 channels"
