r"""A Markov-switching vector autoregression (Hamilton 1989): a hidden regime decides how the next step follows.

.. math:: y_t = c_{r_t} + \Phi_{r_t} y_{t-1} + \sigma_{r_t} e_t, \quad e_t \sim N(0, I)

The regime is a Markov chain. Its filter and the forecasts are exact given the whole past; a model sees only a window of
it, so they are a bound. Suffixes: T steps, C channels, K regimes, N origins, H horizon.
"""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rnnbench import Floats
from rnnbench_tasks.embedded.generated import DECIMALS, GeneratedSeries, check_origins, require

if TYPE_CHECKING:
    from numpy.typing import NDArray


CONSTANTS = np.array([[0.4, -0.2], [0.0, 0.0], [-1.0, 1.0]])
"""c (K, C)"""
COEFFICIENTS = np.array([[[0.9, 0.0], [0.0, 0.9]], [[0.3, -0.85], [0.85, 0.3]], [[-0.7, 0.0], [0.2, -0.5]]])
"""Phi (K, C, C): a slow climb, an oscillation that couples the channels, and a zigzag."""
SPREADS = np.array([0.3, 0.4, 0.6])
"""sigma (K)"""
REGIMES = len(SPREADS)


@dataclass(frozen=True, kw_only=True)
class RegimeSwitching(GeneratedSeries):
    """Two channels of a Markov-switching autoregression; the filter over the whole past is a bound.

    ``persistence`` is the chance that a regime lasts another step: high, it can be told from several steps and is then
    worth knowing; at 1/3 the next regime does not depend on this one.
    """

    name: ClassVar[str] = "regime-switching"
    description: ClassVar[str] = "An autoregression whose coefficients follow a hidden Markov chain"
    channels: ClassVar[tuple[str, ...]] = ("first", "second")
    optimum_note: ClassVar[str] = (
        "a bound: the filter saw all steps since the first window of the test rows, not the lookback alone"
    )

    persistence: float = 0.985

    def __post_init__(self) -> None:
        super().__post_init__()
        require(0 < self.persistence < 1, "persistence", self.persistence, "more than 0, less than 1")

    def series(self) -> Floats:
        """The whole series (T, C), from zero in a regime drawn at random."""
        random = self.random("series")
        shocks_TC = random.standard_normal((self.steps, CONSTANTS.shape[1]))
        boundaries = [tuple(accumulate(row))[:-1] for row in self.transition().tolist()]
        values_TC = np.empty_like(shocks_TC)
        value_C, regime = np.zeros(CONSTANTS.shape[1]), int(random.random() * REGIMES)
        for step, shock_C in enumerate(shocks_TC):
            value_C = CONSTANTS[regime] + COEFFICIENTS[regime] @ value_C + SPREADS[regime] * shock_C
            values_TC[step] = value_C
            regime = bisect(boundaries[regime], random.random())
        return np.round(values_TC, DECIMALS)

    def forecast(
        self, series_TC: Floats, origins_N: NDArray[np.int64], lookback: int, horizon: int
    ) -> tuple[Floats, bool]:
        """The conditional mean given all steps of ``series_TC`` before each origin: a bound."""
        check_origins(len(series_TC), origins_N, lookback)
        return self.predict_from(series_TC, origins_N, horizon), False

    def predict_from(self, series_TC: Floats, origins_N: NDArray[np.int64], horizon: int) -> Floats:
        """Means (N, H, C) of the steps from each origin on, given all steps before it. Raw units.

        The mean is carried apart for each regime, as ``moment[k] = E[y 1(regime = k)]``: exact, since the regime moves
        by itself.
        """
        transition = self.transition()
        regime_NK = self.filter(series_TC)[origins_N - 1]
        moment_NKC = regime_NK[:, :, None] * series_TC[origins_N - 1][:, None, :]
        forecasts = []
        for _ in range(horizon):
            regime_NK = regime_NK @ transition
            moment_NKC = np.einsum("jk,njc->nkc", transition, moment_NKC)
            moment_NKC = regime_NK[:, :, None] * CONSTANTS + np.einsum("kcd,nkd->nkc", COEFFICIENTS, moment_NKC)
            forecasts.append(moment_NKC.sum(axis=1))
        return np.stack(forecasts, axis=1)

    def filter(self, series_TC: Floats) -> Floats:
        """The probability (T, K) of each regime at each step given the steps up to it (Hamilton's filter).

        The first step is taken as given: it tells nothing of its regime.
        """
        transition = self.transition()
        density_TK = densities(series_TC)
        filtered_TK = np.empty((len(series_TC), REGIMES))
        filtered_TK[0] = 1 / REGIMES
        for step in range(1, len(series_TC)):
            joint_K = density_TK[step - 1] * (filtered_TK[step - 1] @ transition)
            filtered_TK[step] = joint_K / joint_K.sum()
        return filtered_TK

    def transition(self) -> Floats:
        """P (K, K): a regime stays or gives way to one of the others alike, so that all are equally frequent."""
        leave = (1 - self.persistence) / (REGIMES - 1)
        P: Floats = np.full((REGIMES, REGIMES), leave) + (self.persistence - leave) * np.eye(REGIMES)
        return P


def densities(series_TC: Floats) -> Floats:
    """How likely each regime makes each step but the first, given the step before: (T - 1, K), up to a factor a row."""
    means_TKC = CONSTANTS + np.einsum("kcd,td->tkc", COEFFICIENTS, series_TC[:-1])
    squares_TK = ((series_TC[1:, None] - means_TKC) ** 2).sum(axis=2)
    log_TK = -squares_TK / (2 * SPREADS**2) - series_TC.shape[1] * np.log(SPREADS)
    relative_TK: Floats = np.exp(log_TK - log_TK.max(axis=1, keepdims=True))
    return relative_TK
