r"""Ridge regression of the horizon on the lookback after last-value subtraction, in closed form.

With x the lookback and y the horizon of a training window, both less the last observed value,

.. math::

    W = (\sum_w (x_w - \bar x)(x_w - \bar x)^\top + \lambda I)^{-1} \sum_w (x_w - \bar x)(y_w - \bar y)^\top

and the intercept follows from the means. This is the optimum of what NLinear trains by gradient (Zeng et al. 2022, "Are
Transformers Effective for Time Series Forecasting?"; in closed form, Toner and Darlow 2024). Suffixes: N rows of the
series, W windows, L lookback, H horizon, C channels, R regression cases, P inputs of a case, Q outputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rnnbench import Floats

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


PENALTIES = tuple(10.0 ** (exponent / 2) for exponent in range(-12, 5))
"""The lambdas to choose from, as multiples of the inputs' mean sum of squares."""
HELD_OUT = 5
"""One part in so many of the training windows, the last, chooses the penalty."""
MOST_INPUTS = 2_048
"""A map of all channels reads as many of the last steps as stay within so many inputs."""

_AT_ONCE = 1_024  # windows summed together: bounds memory


@dataclass(frozen=True)
class Moments:
    """Sums over regression cases, all that least squares needs; those of two parts add up.

    Attributes:
        count: how many cases.
        x: the sum of the inputs, P.
        y: the sum of the outputs, Q.
        xx: the sum of products of the inputs, P x P.
        xy: the sum of products of inputs and outputs, P x Q.
        yy: the sum of the squares of all outputs.
    """

    count: int
    x: Floats
    y: Floats
    xx: Floats
    xy: Floats
    yy: float

    @staticmethod
    def of(x_RP: Floats, y_RQ: Floats) -> Moments:
        """The sums over these cases."""
        return Moments(
            len(x_RP), x_RP.sum(axis=0), y_RQ.sum(axis=0), x_RP.T @ x_RP, x_RP.T @ y_RQ, float(np.square(y_RQ).sum())
        )

    def __add__(self, other: Moments) -> Moments:
        return Moments(
            self.count + other.count,
            self.x + other.x,
            self.y + other.y,
            self.xx + other.xx,
            self.xy + other.xy,
            self.yy + other.yy,
        )


@dataclass(frozen=True)
class Affine:
    """y = x W + b, the weight P x Q and the bias Q."""

    weight: Floats
    bias: Floats

    def __call__(self, x_RP: Floats) -> Floats:
        """The outputs of these cases."""
        return np.asarray(x_RP @ self.weight + self.bias)

    def squared_error(self, moments: Moments) -> float:
        """Its sum of squared errors over the cases that were summed."""
        mapped_PQ = moments.xx @ self.weight
        against_y = np.vdot(self.weight, moments.xy) + self.bias @ moments.y
        squared = np.vdot(self.weight, mapped_PQ) + moments.count * self.bias @ self.bias
        return float(moments.yy - 2 * against_y + squared + 2 * moments.x @ self.weight @ self.bias)


def ridge(moments: Moments, penalties: Sequence[float]) -> Iterator[Affine]:
    """The ridge regression for each penalty in turn; the intercept is not penalised.

    Args:
        moments: of the cases to fit.
        penalties: multiples of the centred inputs' mean sum of squares, above zero.
    """
    mean_P, mean_Q = moments.x / moments.count, moments.y / moments.count
    xx_PP = moments.xx - moments.count * np.outer(mean_P, mean_P)
    xy_PQ = moments.xy - moments.count * np.outer(mean_P, mean_Q)
    values_P, vectors_PP = np.linalg.eigh(xx_PP)  # one decomposition for all penalties
    values_P = values_P.clip(min=0)
    scale = max(float(values_P.sum()) / max(len(values_P), 1), np.finfo(np.float64).tiny)
    rotated_PQ = vectors_PP.T @ xy_PQ
    for penalty in penalties:
        weight_PQ = vectors_PP @ (rotated_PQ / (values_P + penalty * scale)[:, None])
        yield Affine(weight_PQ, mean_Q - mean_P @ weight_PQ)


@dataclass(frozen=True)
class LinearMap:
    """Forecasts from one affine map, of each channel alone or of all together.

    Attributes:
        affine: the map of :meth:`cases`.
        horizon: steps that it predicts.
        joint: False: every channel by the same map of its own differences from the last value (NLinear). True: all
            channels from all channels, the last values themselves among the inputs, so that any linear forecast of
            the inputs can be had; what is shrunk towards is still the last value repeated.
    """

    affine: Affine
    horizon: int
    joint: bool

    @staticmethod
    def fitted(values_NC: Floats, lookback: int, horizon: int, *, joint: bool) -> LinearMap:
        """The map of these training rows.

        The penalty is the one that, fitted on the windows before, has the least squared error on the last fifth of
        the windows; no fitted target is among theirs. Too few windows for that take the largest penalty. The map is
        then fitted on all windows.
        """
        windows_WTC = np.lib.stride_tricks.sliding_window_view(values_NC, lookback + horizon, axis=0).swapaxes(1, 2)
        held = len(windows_WTC) - len(windows_WTC) // HELD_OUT
        apart = max(held - horizon + 1, 0)
        fit, between, last = (
            _moments(part_WTC, lookback, joint=joint) for part_WTC in np.split(windows_WTC, [apart, held])
        )
        penalty = PENALTIES[-1]
        if fit.count and last.count:
            errors = [affine.squared_error(last) for affine in ridge(fit, PENALTIES)]
            penalty = PENALTIES[int(np.argmin(errors))]
        return LinearMap(next(ridge(fit + between + last, [penalty])), horizon, joint)

    def __call__(self, inputs_BLC: Floats) -> Floats:
        """Forecasts B x H x C from windows of the lookback."""
        size, _, channels = inputs_BLC.shape
        y_RQ = self.affine(_inputs(inputs_BLC, joint=self.joint))
        if self.joint:
            return y_RQ.reshape(size, self.horizon, channels) + inputs_BLC[:, -1:]
        return y_RQ.reshape(size, channels, self.horizon).swapaxes(1, 2) + inputs_BLC[:, -1:]


def _moments(windows_WTC: Floats, lookback: int, *, joint: bool) -> Moments:
    """The sums over all windows, a part at a time."""
    parts = [windows_WTC[first : first + _AT_ONCE] for first in range(0, max(len(windows_WTC), 1), _AT_ONCE)]
    total = _moments_at_once(parts[0], lookback, joint=joint)
    for part_WTC in parts[1:]:
        total += _moments_at_once(part_WTC, lookback, joint=joint)
    return total


def _moments_at_once(windows_WTC: Floats, lookback: int, *, joint: bool) -> Moments:
    inputs_WLC, targets_WHC = windows_WTC[:, :lookback], windows_WTC[:, lookback:]
    return Moments.of(_inputs(inputs_WLC, joint=joint), _cases(targets_WHC - inputs_WLC[:, -1:], joint=joint))


def _inputs(inputs_WLC: Floats, *, joint: bool) -> Floats:
    """Differences from the last value, R x P. The last one, always zero, is left out or gives way to the value."""
    differences_WTC = inputs_WLC[:, :-1] - inputs_WLC[:, -1:]
    if not joint:
        return _cases(differences_WTC, joint=False)
    steps = max(MOST_INPUTS // inputs_WLC.shape[2] - 1, 0)
    kept_WTC = differences_WTC[:, max(differences_WTC.shape[1] - steps, 0) :]
    return _cases(np.concatenate([kept_WTC, inputs_WLC[:, -1:]], axis=1), joint=True)


def _cases(steps_WTC: Floats, *, joint: bool) -> Floats:
    """A window is one case, or one for each channel."""
    windows, steps, channels = steps_WTC.shape
    if joint:
        return steps_WTC.reshape(windows, steps * channels)
    return steps_WTC.swapaxes(1, 2).reshape(windows * channels, steps)
