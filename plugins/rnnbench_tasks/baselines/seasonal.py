"""The seasonal naive forecast: what was observed one season before (Hyndman and Athanasopoulos, section 5.2).

::

    season 3    observed  1 2 3 1 2 4    forecast  1 2 4 1 2 4 1
"""

from __future__ import annotations

import numpy as np

from rnnbench import Floats, Integers


def autocorrelation(values_NC: Floats, lags: int) -> Floats:
    """The mean product of standardised values so many steps apart, over steps and channels: lags 0 to ``lags`` - 1."""
    rows = len(values_NC)
    return np.array([np.mean(values_NC[lag:] * values_NC[: rows - lag]) for lag in range(lags)])


def season(values_NC: Floats, lookback: int, horizon: int) -> int:
    """The season, at most ``lookback``, whose naive forecast of ``horizon`` steps errs least by the autocorrelation.

    The forecast of step h by season s is the value ceil(h / s) s steps before it, so its expected squared error is
    2 (1 - the autocorrelation at that lag). Season 1, the last value repeated, takes part; ties go to the shortest.

    Args:
        values_NC: standardised training rows, at least lookback + horizon of them.
        lookback: steps that a forecast sees.
        horizon: steps that are predicted.
    """
    correlation_lag = autocorrelation(values_NC, lookback + horizon)
    steps_H = np.arange(1, horizon + 1)
    agreement = [correlation_lag[-(-steps_H // length) * length].mean() for length in range(1, lookback + 1)]
    return int(np.argmax(agreement)) + 1


def positions(length: int, lookback: int, horizon: int) -> Integers:
    """Which step of the lookback each step of the horizon repeats, given the season's length."""
    return lookback - length + np.arange(horizon) % length
