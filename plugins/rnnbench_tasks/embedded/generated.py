"""What all embedded datasets share: sizes, named random streams and, for series, consecutive stretches and forecasts.

Suffixes: T steps of a series, C channels, N origins, L lookback, H horizon.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rnnbench import Dataset, Floats, Observation, Split, stream

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray


DECIMALS = 6
"""Series are rounded, so that the last bit of a machine's arithmetic does not change them."""


@dataclass(frozen=True, kw_only=True)
class Generated(Dataset):
    """Rows made by code from named streams: the same on every machine, no two splits from one stream.

    ``pilot`` gives other rows of the same generator: the dials were set on those, never on the rows that are reported.
    """

    embedded: ClassVar[bool] = True
    has_optimum: ClassVar[bool] = True
    licence: ClassVar[str] = "Apache-2.0"

    train_rows: int = 10_000
    validation_rows: int = 1_000
    test_rows: int = 2_000
    pilot: bool = False

    def __post_init__(self) -> None:
        for field in ("train_rows", "validation_rows", "test_rows"):
            require(getattr(self, field) >= 1, field, getattr(self, field), "at least 1")

    def size(self, split: Split) -> int:
        """The number of rows of a split."""
        sizes = {Split.TRAIN: self.train_rows, Split.VALIDATION: self.validation_rows, Split.TEST: self.test_rows}
        return sizes[split]

    def random(self, *purpose: str) -> np.random.Generator:
        """The stream of this dataset for a purpose, such as a split."""
        seed = stream("rnnbench", self.name, "pilot" if self.pilot else "rows", *purpose)
        return np.random.Generator(np.random.PCG64(seed))


@dataclass(frozen=True, kw_only=True)
class GeneratedSeries(Generated):
    """One series; train, validation and test are consecutive stretches of it."""

    rows: ClassVar[type] = Observation

    train_rows: int = 6_000

    @abstractmethod
    def series(self) -> Floats:
        """The whole series (T, C) in raw units: train, validation, test."""

    @abstractmethod
    def forecast(
        self, series_TC: Floats, origins_N: NDArray[np.int64], lookback: int, horizon: int
    ) -> tuple[Floats, bool]:
        """The generator's own forecasts, in raw units.

        Args:
            series_TC: this dataset's series or a stretch of it.
            origins_N: for each forecast the index in ``series_TC`` of its first step.
            lookback: how many steps before the origin a model sees.
            horizon: how many steps to forecast.

        Returns:
            Forecasts (N, H, C), and whether they are the optimum: True where no predictor that sees ``lookback`` steps
            has a lower squared error in expectation and this one sees no more than they do; False where it knows more
            than they do, so that its error is a lower bound that need not be reachable.

        Raises:
            ValueError: an origin has fewer than ``lookback`` steps before it or the arguments are no sizes.
        """

    def load(self, split: Split, folder: Path | None) -> Sequence[Observation]:
        """The observations of a split; times are steps since the start of the series."""
        start = {
            Split.TRAIN: 0,
            Split.VALIDATION: self.train_rows,
            Split.TEST: self.train_rows + self.validation_rows,
        }[split]
        stretch = self.series()[start : start + self.size(split)]
        return [Observation(f"{start + step:06d}", tuple(values)) for step, values in enumerate(stretch.tolist())]

    @property
    def steps(self) -> int:
        """The length of the whole series."""
        return self.train_rows + self.validation_rows + self.test_rows


def windows(series_TC: Floats, origins_N: NDArray[np.int64], lookback: int) -> Floats:
    """The ``lookback`` steps before each origin: (N, L, C).

    Raises:
        ValueError: an origin has fewer than ``lookback`` steps before it, or lies beyond the end.
    """
    check_origins(len(series_TC), origins_N, lookback)
    windows_NLC: Floats = series_TC[origins_N[:, None] + np.arange(-lookback, 0)]
    return windows_NLC


def check_origins(steps: int, origins_N: NDArray[np.int64], lookback: int) -> None:
    """Raise ValueError unless each origin has ``lookback`` of the series' ``steps`` before it."""
    if lookback < 1:
        raise ValueError(f"lookback {lookback}: expected at least 1")
    if len(origins_N) and not lookback <= origins_N.min() <= origins_N.max() <= steps:
        raise ValueError(
            f"origins {origins_N.min()} to {origins_N.max()}: expected {lookback} (the lookback) to {steps} (the end)"
        )


def require(condition: bool, field: str, value: object, expected: str) -> None:
    """Raise ValueError that names the field, its value and what is accepted."""
    if not condition:
        raise ValueError(f"{field} {value!r}: expected {expected}")
