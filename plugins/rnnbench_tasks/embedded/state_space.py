r"""A linear-Gaussian state space: two damped oscillators and a slow level, seen through noise in three channels.

.. math::

    x_{t+1} = A x_t + w_t, \quad w_t \sim N(0, I - A A^\top) \qquad y_t = b + G x_t + v_t, \quad v_t \sim N(0, R)

The noise of the state is such that its stationary covariance is the identity, so a window of observations is a window
of a stationary process that starts from N(0, I), and the Kalman filter (Kalman 1960) gives its exact conditional mean.
Suffixes: T steps, C channels, X state, N origins, L lookback, H horizon.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rnnbench import Floats
from rnnbench_tasks.embedded.generated import DECIMALS, GeneratedSeries, require, windows

if TYPE_CHECKING:
    from numpy.typing import NDArray


LEVEL = np.array([10.0, -3.0, 0.5])
"""b"""
LOADINGS = np.array(
    [
        [2.0, 0.0, 1.0, 0.0, 1.5],
        [0.0, 0.8, 0.0, 0.5, -0.3],
        [0.1, 0.1, 0.0, -0.2, 0.1],
    ]
)
"""G: channels of different scale, each a mixture of all three parts."""


@dataclass(frozen=True, kw_only=True)
class StateSpace(GeneratedSeries):
    """Three channels of a linear-Gaussian state space; the optimum for each lookback is known.

    ``persistence`` is what a step keeps of the oscillators (the level loses a tenth as much), hence how long a past is
    worth remembering; ``noise`` is the standard deviation of the observation noise over that of the signal, hence over
    how many steps one must average.
    """

    name: ClassVar[str] = "state-space"
    description: ClassVar[str] = "Damped oscillators and a slow level behind observation noise"
    channels: ClassVar[tuple[str, ...]] = ("first", "second", "third")

    persistence: float = 0.98
    noise: float = 0.3
    periods: tuple[float, float] = (9.0, 26.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        require(0 < self.persistence < 1, "persistence", self.persistence, "more than 0, less than 1")
        require(self.noise > 0, "noise", self.noise, "more than 0")
        require(min(self.periods) >= 2, "periods", self.periods, "at least 2 steps each")

    def series(self) -> Floats:
        """The whole series (T, C), from a state drawn from the stationary distribution."""
        random, A = self.random("series"), self.transition()
        spread_X = np.sqrt(1 - np.diag(A @ A.T))  # A A' is diagonal: rotations, scaled
        shocks_TX = random.standard_normal((self.steps, len(A)))
        states_TX = np.empty_like(shocks_TX)
        states_TX[0] = shocks_TX[0]
        for step in range(1, self.steps):
            states_TX[step] = A @ states_TX[step - 1] + spread_X * shocks_TX[step]
        noise_TC = random.standard_normal((self.steps, len(LEVEL))) * np.sqrt(self.noise_variance())
        observed_TC: Floats = np.round(LEVEL + states_TX @ LOADINGS.T + noise_TC, DECIMALS)
        return observed_TC

    def forecast(
        self, series_TC: Floats, origins_N: NDArray[np.int64], lookback: int, horizon: int
    ) -> tuple[Floats, bool]:
        """The conditional mean given the ``lookback`` steps before each origin: the optimum."""
        return self.predict(windows(series_TC, origins_N, lookback), horizon), True

    def predict(self, history_NLC: Floats, horizon: int) -> Floats:
        """Means (N, H, C) of the next steps given windows of observations, by the Kalman filter. Raw units."""
        A, R = self.transition(), np.diag(self.noise_variance())
        mean_NX = np.zeros((len(history_NLC), len(A)))
        covariance = np.eye(len(A))
        for observed_NC in np.moveaxis(history_NLC, 1, 0):
            gain = np.linalg.solve(LOADINGS @ covariance @ LOADINGS.T + R, LOADINGS @ covariance).T
            mean_NX = mean_NX + (observed_NC - LEVEL - mean_NX @ LOADINGS.T) @ gain.T
            covariance = covariance - gain @ LOADINGS @ covariance
            mean_NX = mean_NX @ A.T
            covariance = A @ covariance @ A.T + np.eye(len(A)) - A @ A.T
        forecasts = []
        for _ in range(horizon):
            forecasts.append(LEVEL + mean_NX @ LOADINGS.T)
            mean_NX = mean_NX @ A.T
        return np.stack(forecasts, axis=1)

    def transition(self) -> Floats:
        """A: two rotations and a level, each shrunk by its persistence."""
        A = np.zeros((5, 5))
        for start, period in zip((0, 2), self.periods, strict=True):
            angle = 2 * math.pi / period
            A[start : start + 2, start : start + 2] = [
                [math.cos(angle), -math.sin(angle)],
                [math.sin(angle), math.cos(angle)],
            ]
        A *= self.persistence
        A[4, 4] = 1 - (1 - self.persistence) / 10
        return A

    def noise_variance(self) -> Floats:
        """The diagonal of R: the share ``noise`` squared of each channel's signal variance."""
        variance_C: Floats = self.noise**2 * (LOADINGS**2).sum(axis=1)
        return variance_C
