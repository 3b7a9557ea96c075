r"""The Mackey-Glass system (Mackey and Glass 1977), observed with noise: deterministic, yet unpredictable far ahead.

.. math:: \dot x(t) = \frac{0.2\, x(t - \tau)}{1 + x(t - \tau)^{10}} - 0.1\, x(t)

in Euler steps of 0.1. These steps are the system's definition here. They use only additions, multiplications and
divisions of Python floats, which IEEE 754 rounds alike everywhere: chaos would blow up any difference in the last bit.
Suffixes: T steps, C channels, N origins, H horizon.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rnnbench import Floats
from rnnbench_tasks.embedded.generated import DECIMALS, GeneratedSeries, check_origins, require

if TYPE_CHECKING:
    from numpy.typing import NDArray


EULER = 10
"""Euler steps in a unit of time."""
INTERVAL = 2
"""Units of time between observations."""
BURN_IN = 500
"""Observations dropped before the first, until the system is on its attractor."""


@dataclass(frozen=True, kw_only=True)
class Chaotic(GeneratedSeries):
    """One channel of a noisy Mackey-Glass system; the noise is a floor under every forecast.

    ``delay`` is tau: from about 17 on the system is chaotic, the more the longer. It asks for a memory of ``delay / 2``
    steps. ``noise`` is the standard deviation of the observation noise (that of the signal is about 0.23): chaos lets
    errors grow, so noise in the window costs more than noise in the target.
    """

    name: ClassVar[str] = "chaotic"
    description: ClassVar[str] = "A Mackey-Glass system behind observation noise"
    channels: ClassVar[tuple[str, ...]] = ("value",)
    optimum_note: ClassVar[str] = "a bound: the signal itself, so that only the observation noise is left"

    delay: int = 17
    noise: float = 0.05

    def __post_init__(self) -> None:
        super().__post_init__()
        require(2 <= self.delay <= 100, "delay", self.delay, "2 to 100")
        require(self.noise >= 0, "noise", self.noise, "at least 0")

    def series(self) -> Floats:
        """The whole series (T, 1): the signal and its observation noise."""
        noise_T = self.random("noise").standard_normal(self.steps)
        return np.round(self.signal() + self.noise * noise_T[:, None], DECIMALS)

    def signal(self) -> Floats:
        """The system itself (T, 1), without observation noise, from a constant past drawn at random."""
        lag = self.delay * EULER
        past = 0.5 + self.random("start").random()
        path = [past] * (lag + 1)
        for step in range((BURN_IN + self.steps) * INTERVAL * EULER):
            delayed, now = path[step], path[-1]
            square = delayed * delayed
            fourth = square * square
            path.append(now + (0.2 * delayed / (1 + fourth * fourth * square) - 0.1 * now) / EULER)
        observed = path[lag + 1 + BURN_IN * INTERVAL * EULER :: INTERVAL * EULER]
        return np.array(observed)[:, None]

    def forecast(
        self, series_TC: Floats, origins_N: NDArray[np.int64], lookback: int, horizon: int
    ) -> tuple[Floats, bool]:
        """The signal itself: all that is left is the observation noise, which none can forecast. A bound.

        Raises:
            ValueError: ``series_TC`` is no stretch of this dataset's own series, or a forecast goes beyond its end.
        """
        check_origins(len(series_TC), origins_N, lookback)
        steps_NH = self.position(series_TC) + origins_N[:, None] + np.arange(horizon)
        if steps_NH.size and steps_NH.max() >= self.steps:
            raise ValueError(
                f"forecasts up to step {steps_NH.max()}: expected less than {self.steps}, the whole series"
            )
        return self.signal()[steps_NH], False

    def position(self, series_TC: Floats) -> int:
        """Where in the whole series this stretch of it starts.

        Raises:
            ValueError: it is no stretch of it.
        """
        own_T, given_T = self.series()[:, 0], series_TC[:, 0]
        for start in np.flatnonzero(np.isclose(own_T, given_T[0], atol=1e-4)).tolist():
            stretch = own_T[start : start + len(given_T)]
            if len(stretch) == len(given_T) and np.allclose(stretch, given_T, atol=1e-4):
                return int(start)
        raise ValueError("this is no stretch of the dataset's own series")
