"""Forecasting: the next ``horizon`` steps of a series from the last ``lookback``; scored by the mean squared error.

Each channel is standardised by the mean and deviation of the training rows, and errors are of standardised values.
A window starts at every row (stride 1); inputs of validation and test windows reach back into the split before::

    rows     0 1 2 3 4 5 6 7 8 9
    window   [input  )[target )            lookback 4, horizon 4
               [input  )[target )
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from rnnbench import (
    Arrays,
    Baseline,
    Batch,
    Columns,
    Dataset,
    Encoding,
    Floats,
    Horizon,
    Observation,
    Reals,
    Role,
    Row,
    Task,
    check_whole,
    did_you_mean,
    find_metric,
    rows_of_type,
)
from rnnbench_tasks.baselines import seasonal
from rnnbench_tasks.baselines.linear_map import LinearMap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from torch import Tensor

    from rnnbench import InputType, OutputType, Rows


_AT_ONCE = 256  # windows that a closed-form predictor looks at together


def _repeat_last(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    assert isinstance(task, Forecasting)
    return task.blocks(*task.errors(test, lambda inputs_BLC: inputs_BLC[:, -1:]))


def _seasonal_naive(task: Task, encoding: Encoding, training: Arrays, test: Arrays) -> Columns:
    assert isinstance(task, Forecasting)
    length = seasonal.season(training["values"].astype(np.float64), task.lookback, task.horizon)
    steps_H = seasonal.positions(length, task.lookback, task.horizon)
    return task.blocks(*task.errors(test, lambda inputs_BLC: inputs_BLC[:, steps_H]))


def _linear_map(task: Task, encoding: Encoding, training: Arrays, test: Arrays, *, joint: bool) -> Columns:
    assert isinstance(task, Forecasting)
    predict = LinearMap.fitted(training["values"].astype(np.float64), task.lookback, task.horizon, joint=joint)
    return task.blocks(*task.errors(test, lambda inputs_BLC: torch.from_numpy(predict(inputs_BLC.numpy()))))


REPEAT_LAST = Baseline("repeat-last", "the last observed value, at every step", _repeat_last, True)
SEASONAL_NAIVE = Baseline(
    "seasonal-naive",
    "the value a season before; the season that the autocorrelation of the training rows favours",
    _seasonal_naive,
)
LINEAR_MAP = Baseline(
    "linear-map",
    "ridge regression on the lookback less its last value, one map for all channels (NLinear in closed form)",
    partial(_linear_map, joint=False),
)
LINEAR_MAP_ALL = Baseline(
    "linear-map-all",
    "ridge regression of all channels on the lookback of all channels",
    partial(_linear_map, joint=True),
)


@dataclass(frozen=True, kw_only=True)
class Forecasting(Task):
    """Predict the next steps of a series.

    Attributes:
        lookback: steps that are seen.
        horizon: steps that are predicted, all at once.
        channels: the columns that are read and predicted; None for all of them (multivariate).
        subtract_last: whether every model sees, and adds to, the difference from the last observed value.
        block_size: consecutive windows in an item, for resampling; None for lookback + horizon.
    """

    name = "forecasting"
    role = Role.ENCODER
    rows = Observation
    metrics = (find_metric("mse"), find_metric("mae"))
    block = "consecutive windows"
    columns = {"squared_error": "float64", "absolute_error": "float64", "count": "int64"}
    items_are = "windows"

    lookback: int = 96
    horizon: int = 96
    channels: tuple[str, ...] | None = None
    subtract_last: bool = True
    block_size: int | None = None

    def __post_init__(self) -> None:
        check_whole(self, "lookback", "horizon", "block_size")

    def fit(self, rows: Rows) -> Encoding:
        """Which columns are read, and their mean and standard deviation over the training rows.

        Raises:
            ValueError: the data has no column of a name in ``channels``.
        """
        channels = rows.channels
        kept = channels if self.channels is None else tuple(self.channels)
        for name in kept:
            if name not in channels:
                hint = did_you_mean(name, channels)
                raise ValueError(f"channels: no column {name!r}{hint}, only {', '.join(channels)}")
        columns = [channels.index(name) for name in kept]
        values_NC = _values(rows)[:, columns]
        deviations = values_NC.std(axis=0)
        return {
            "channels": list(kept),
            "columns": columns,
            "mean": values_NC.mean(axis=0).tolist(),
            "deviation": np.where(deviations > 0, deviations, 1.0).tolist(),
        }

    def encode(self, encoding: Encoding, rows: Rows) -> Arrays:
        """Standardised ``values``, the last ``lookback`` rows of the split before in front.

        ``rows`` is how many are the split's own.

        Raises:
            ValueError: not one window fits.
        """
        own_NC = (_values(rows)[:, encoding["columns"]] - encoding["mean"]) / encoding["deviation"]
        values_NC = own_NC.astype(np.float32)
        if rows.before is not None:
            values_NC = np.concatenate([rows.before["values"][-self.lookback :], values_NC])
        if len(values_NC) < self.lookback + self.horizon:
            raise ValueError(
                f"a window of lookback {self.lookback} and horizon {self.horizon} does not fit {len(values_NC)} rows"
            )
        return {"values": values_NC, "rows": np.asarray(len(rows))}

    def input(self, encoding: Encoding) -> InputType:
        """Values of the channels."""
        return Reals(len(encoding["channels"]))

    def output(self, encoding: Encoding) -> OutputType:
        """All steps of the horizon at once."""
        return Horizon(self.horizon, len(encoding["channels"]), subtract_last=self.subtract_last)

    def batches(self, data: Arrays, size: int, order: np.random.Generator) -> Iterator[Batch]:
        """All windows in random order."""
        windows_WCT = self._windows(data)
        rows = order.permutation(len(windows_WCT))
        for first in range(0, len(rows), size):
            yield self._batch(windows_WCT, rows[first : first + size])

    def evaluation(self, data: Arrays, size: int) -> Iterator[Batch]:
        """All windows in their order."""
        windows_WCT = self._windows(data)
        for first in range(0, len(windows_WCT), size):
            yield self._batch(windows_WCT, np.arange(first, min(first + size, len(windows_WCT))))

    def items(self, encoding: Encoding, data: Arrays, scored: Iterable[tuple[Batch, Columns]]) -> Columns:
        """Blocks of consecutive windows: sums of ``squared_error`` and ``absolute_error``, and their ``count``."""
        windows = len(self._windows(data))
        squared, absolute = np.zeros(windows), np.zeros(windows)
        seen = np.zeros(windows, dtype=bool)
        for batch, columns in scored:
            error_BHC = batch.targets.cpu().double() - torch.as_tensor(columns["prediction"]).cpu().double()
            squared[batch.rows] = error_BHC.square().sum(dim=(1, 2)).numpy()
            absolute[batch.rows] = error_BHC.abs().sum(dim=(1, 2)).numpy()
            seen[batch.rows] = True
        if not seen.all():
            raise ValueError(f"{int((~seen).sum())} of {windows} windows were not scored")
        return self.blocks(squared, absolute, self.horizon * data["values"].shape[1])

    def errors(self, data: Arrays, predict: Callable[[Tensor], Tensor]) -> tuple[Floats, Floats, int]:
        """Sums of squared and of absolute errors of each window, and the values in a window.

        ``predict`` maps inputs B x L x C to something that broadcasts to B x H x C.
        """
        squared, absolute = [], []
        for batch in self.evaluation(data, _AT_ONCE):
            error_BHC = batch.targets.double() - predict(batch.inputs.double())
            squared.append(error_BHC.square().sum(dim=(1, 2)))
            absolute.append(error_BHC.abs().sum(dim=(1, 2)))
        values = self.horizon * data["values"].shape[1]
        return torch.cat(squared).numpy(), torch.cat(absolute).numpy(), values

    def blocks(self, squared_W: Floats, absolute_W: Floats, values: int) -> Columns:
        """Items from the errors of each window, ``values`` in a window."""
        starts = np.arange(0, len(squared_W), self.block_size or self.lookback + self.horizon)
        windows = np.diff([*starts, len(squared_W)])
        return {
            "squared_error": np.add.reduceat(squared_W, starts).tolist(),
            "absolute_error": np.add.reduceat(absolute_W, starts).tolist(),
            "count": (windows * values).tolist(),
        }

    def remarks(self) -> tuple[str, ...]:
        """What every model reads."""
        subtracted = "less their last value, which is added to the forecast" if self.subtract_last else "as they are"
        return (f"all models read the standardised windows {subtracted}",)

    def baselines(self) -> tuple[Baseline, ...]:
        """The last value, the value a season before, and two linear maps of the lookback."""
        return (REPEAT_LAST, SEASONAL_NAIVE, LINEAR_MAP, LINEAR_MAP_ALL)

    def knows_optimum(self, dataset: Dataset) -> bool:
        """Whether the dataset has forecasts of its own; they are of all of its channels."""
        return self.channels is None and type(dataset).forecast is not Dataset.forecast

    def optimum(self, dataset: Dataset, encoding: Encoding, rows: Sequence[Row], test: Arrays) -> dict[str, float]:
        """The mean squared error of the generator's own forecasts. Where it sees more than a model, this is a bound."""
        mean_C, deviation_C = np.asarray(encoding["mean"]), np.asarray(encoding["deviation"])
        values_NC = test["values"].astype(np.float64)
        origins_W = np.arange(self.lookback, len(values_NC) - self.horizon + 1)
        forecast = dataset.forecast(values_NC * deviation_C + mean_C, origins_W, self.lookback, self.horizon)
        if forecast is None:
            return {}
        forecast_WHC, _ = forecast
        targets_WHC = values_NC[origins_W[:, None] + np.arange(self.horizon)]
        return {"mse": float(np.square((forecast_WHC - mean_C) / deviation_C - targets_WHC).mean())}

    def chance(self, encoding: Encoding, validation: Arrays) -> float:
        """Mean squared error of the training mean, which is zero here, on the validation windows."""
        squared_W, _, values = self.errors(validation, lambda inputs_BLC: torch.zeros_like(inputs_BLC[:, :1]))
        return float(squared_W.mean() / values)

    def trivial_loss(self, encoding: Encoding, training: Arrays, validation: Arrays) -> float:
        """Mean squared error of the last observed value."""
        squared_W, _, values = self.errors(validation, lambda inputs_BLC: inputs_BLC[:, -1:])
        return float(squared_W.mean() / values)

    def counts(self, encoding: Encoding, data: Arrays) -> dict[str, int]:
        """Rows of the split itself, windows and channels."""
        return {
            "rows": int(data["rows"]),
            "windows": len(self._windows(data)),
            "channels": len(encoding["channels"]),
        }

    def _windows(self, data: Arrays) -> Tensor:
        """All windows as a view, W x C x (L + H)."""
        return torch.from_numpy(data["values"]).unfold(0, self.lookback + self.horizon, 1)

    def _batch(self, windows_WCT: Tensor, rows: npt.NDArray[Any]) -> Batch:
        windows_BTC = windows_WCT[torch.from_numpy(rows)].transpose(1, 2).contiguous()
        return Batch(
            inputs=windows_BTC[:, : self.lookback],
            targets=windows_BTC[:, self.lookback :],
            rows=rows,
            positions=len(rows) * self.lookback,
        )


def _values(rows: Sequence[Row]) -> Floats:
    return np.asarray([row.values for row in rows_of_type(Observation, rows)], dtype=np.float64)
