"""Laws of tasks: what a task declares, its batches, and that each test row is scored exactly once.

B batch, T steps.
"""

from __future__ import annotations

import io
import itertools
import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from rnnbench.conformance.differences import same_shape
from rnnbench.conformance.findings import Broken, law, require
from rnnbench.conformance.model_shapes import frozen_record, picklable
from rnnbench.conformance.task_on_data import TaskOnData, network_scores
from rnnbench.contract.batches import Batch, Columns
from rnnbench.contract.datasets import Split
from rnnbench.contract.metrics import Metric
from rnnbench.contract.models import Role
from rnnbench.metrics.scoring import bootstrap

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIZES = (1, 7, 100_000)
_METRIC, _ITEM = 1e-6, 1e-5
"""Relative tolerances of metrics and items between sizes of the evaluation batch."""


@law("the class's name, role, rows, metrics, block and fields; a copy through pickle; its input and output types")
def declared(subject: TaskOnData) -> None:
    """A task is a frozen dataclass with a default for each field, and says what it asks and how it is scored."""
    task = subject.task
    frozen_record(task)
    for name, kind in (("name", str), ("role", Role), ("rows", type), ("block", str), ("version", int)):
        value = getattr(task, name, None)
        require(isinstance(value, kind), f"{name}: expected a {kind.__name__}, got {value!r}")
    metrics = task.metrics
    sound = isinstance(metrics, tuple) and metrics and all(isinstance(metric, Metric) for metric in metrics)
    require(bool(sound), f"metrics: expected a tuple of rnnbench.Metric, the first one to rank by, got {metrics!r}")
    output = task.output(subject.encoding)
    named = ", ".join(sorted(output.roles))
    require(task.role in output.roles, f"role: {type(output).__name__} is for {named}, got {task.role}")
    require(isinstance(subject.dataset.rows, type) and task.rows is subject.dataset.rows, "rows: not the dataset's")
    picklable(task)


@law("the encoding through JSON, the arrays through a file without pickling, the test rows encoded a second time")
def storable(subject: TaskOnData) -> None:
    """The encoding is JSON, and the arrays need no pickling, so that both can be sent to a worker."""
    try:
        encoding = json.loads(json.dumps(subject.encoding, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise Broken(f"encoding: expected JSON values, got {error}") from error
    test = subject.arrays[Split.TEST]
    again = subject.encoded(encoding, Split.TEST, subject.arrays[Split.VALIDATION])
    kept = io.BytesIO()
    np.savez(kept, **again)  # type: ignore[arg-type]
    kept.seek(0)
    try:
        with np.load(kept, allow_pickle=False) as stored:
            read = {name: stored[name] for name in stored.files}
    except ValueError as error:
        raise Broken(f"arrays: expected what a file holds without pickling: {error}") from error
    wrong = [name for name in test if name not in read or not np.array_equal(read[name], test[name])]
    require(not wrong, f"arrays: {', '.join(wrong)} differ after the encoding went through JSON")


@law("an epoch of batches of 8 from streams 1, 1 and 2, whatever the global random state; then a second epoch")
def batches(subject: TaskOnData) -> None:
    """The same stream gives the same batches, another stream or epoch others."""

    def epoch(order: np.random.Generator) -> list[Batch]:
        disturb()
        return list(subject.task.batches(subject.arrays[Split.TRAIN], 8, order))

    order = np.random.default_rng(1)
    first, again, other = epoch(order), epoch(np.random.default_rng(1)), epoch(np.random.default_rng(2))
    require(bool(first), "expected batches, got none")
    if where := _difference(first, again):
        raise Broken(f"one stream, two orders: {where}")
    require(bool(_difference(first, other)), "streams 1 and 2 give the same batches, expected others")
    require(bool(_difference(first, epoch(order))), "a second epoch is the first one again, expected another order")


@law("every training and test batch of 8: shapes, types, padding and positions")
def well_formed(subject: TaskOnData) -> None:
    """A batch is what the input and output types read: padded on the right, lengths on the CPU."""
    training = subject.task.batches(subject.arrays[Split.TRAIN], 8, np.random.default_rng(0))
    for index, batch in enumerate(itertools.chain(training, subject.evaluation(8))):
        where = f"batch {index}"
        count = len(batch.inputs)
        require(len(batch.targets) == count, f"{where}: {count} rows of inputs, {len(batch.targets)} of targets")
        require(len(batch.rows) == count, f"{where}: {count} rows of inputs, {len(batch.rows)} named in `rows`")
        tokens = batch.inputs.dtype == torch.int64 and batch.inputs.dim() == 2
        reals = batch.inputs.dtype == torch.float32 and batch.inputs.dim() == 3
        got = f"{batch.inputs.dtype} of shape {tuple(batch.inputs.shape)}"
        require(tokens or reals, f"{where}: inputs expected B x T (int64) or B x T x C (float32), got {got}")
        require(batch.positions > 0, f"{where}: positions expected at least 1, got {batch.positions}")
        if batch.lengths is not None:
            same_shape(f"{where}: lengths", batch.lengths, (count,), torch.int64)
            low, high = int(batch.lengths.min()), int(batch.lengths.max())
            sound = batch.lengths.device.type == "cpu" and low >= 1 and high == batch.inputs.shape[1]
            require(sound, f"{where}: lengths expected 1 to {batch.inputs.shape[1]} on the CPU, got {low} to {high}")


@law("the test batches of 7 twice, after the global random states were changed")
def fixed_test(subject: TaskOnData) -> None:
    """Test batches depend on no random state."""
    disturb()
    first = subject.evaluation(7)
    disturb(1)
    if where := _difference(first, subject.evaluation(7)):
        raise Broken(f"two evaluations differ: {where}")


@law("the items and metrics of a small network at evaluation batches of 1, 7 and all rows")
def scored_once(subject: TaskOnData) -> None:
    """Each test row is scored exactly once, with the same items and metrics at any evaluation batch size."""
    network, found = subject.network(), {}
    for size in _SIZES:
        scored = network_scores(network, subject.evaluation(size))
        _no_row_twice(scored, size)
        found[size] = subject.items(scored)
    expected = found[_SIZES[0]]
    for size in _SIZES[1:]:
        _same_items(expected, found[size], f"evaluation batch {size}")
        for metric in subject.task.metrics:
            one, other = subject.value(metric, expected), subject.value(metric, found[size])
            sound = math.isclose(one, other, rel_tol=_METRIC, abs_tol=_METRIC)
            require(sound, f"{metric.name}: {one:.9g} at an evaluation batch of {_SIZES[0]}, {other:.9g} at {size}")


@law("the items of all test batches of 7 but the last")
def complete(subject: TaskOnData) -> None:
    """A missing batch is an error: `items` raises ValueError."""
    scored = network_scores(subject.network(), subject.evaluation(7))
    try:
        subject.items(scored[:-1])
    except ValueError:
        return
    raise Broken(f"{len(scored) - 1} of {len(scored)} batches made items, expected a ValueError")


@law("the targets of the training rows, which hold no unknown word, as answers; every metric")
def perfect(subject: TaskOnData) -> None:
    """A perfect answer scores perfectly."""
    items = subject.answered(subject.task.output(subject.encoding).perfect, Split.TRAIN)
    for metric in subject.task.metrics:
        best = metric.low if metric.direction == "min" else metric.high
        value = subject.value(metric, items)
        require(math.isclose(value, best, abs_tol=1e-6), f"{metric.name}: expected {best:g}, got {value:.9g}")


@law("an answer that knows nothing on the validation rows, and its bootstrap error, against `chance`")
def chance(subject: TaskOnData) -> None:
    """A predictor that knows nothing scores `chance`, within three standard errors."""
    metric = subject.task.metrics[0]
    said = subject.task.chance(subject.encoding, subject.arrays[Split.VALIDATION])
    require(metric.low <= said <= metric.high, f"chance {said:g} is outside {metric.low:g} to {metric.high:g}")
    items = subject.answered(subject.task.output(subject.encoding).blind, Split.VALIDATION)
    value = subject.value(metric, items)
    error, _, _ = bootstrap(metric, items, np.random.default_rng(0), resamples=200)
    far = abs(value - said) > 3 * error + _METRIC * max(1.0, abs(said))
    require(
        not far, f"{metric.name}: `chance` says {said:.6g}, an answer that knows nothing {value:.6g} +- {error:.3g}"
    )


@law("each baseline on the test rows: its columns, and every metric's range")
def baselines(subject: TaskOnData) -> None:
    """Baselines give the same columns of items as a network, one of them is trivial, and their scores are in range."""
    found = subject.task.baselines()
    require(any(baseline.trivial for baseline in found), "expected a baseline marked trivial, got none")
    expected = subject.items(network_scores(subject.network(), subject.evaluation(32)))
    shape = {name: len(column) for name, column in expected.items()}
    training, test = subject.arrays[Split.TRAIN], subject.arrays[Split.TEST]
    for baseline in found:
        items = baseline.predict(subject.task, subject.encoding, training, test)
        got = {name: len(column) for name, column in items.items()}
        require(got == shape, f"baseline {baseline.name}: expected columns {shape}, got {got}")
        for metric in subject.task.metrics:
            value = subject.value(metric, items)
            possible = metric.low - _METRIC <= value <= metric.high + _METRIC
            require(possible, f"baseline {baseline.name}: {metric.name} {value:g} is impossible")


@law("30 steps of Adam on one batch, and the trivial loss")
def learnable(subject: TaskOnData) -> None:
    """A network's loss falls when it is trained on one batch; the trivial loss is a positive number."""
    trivial = subject.task.trivial_loss(subject.encoding, *(subject.arrays[split] for split in list(Split)[:2]))
    require(math.isfinite(trivial) and trivial > 0, f"trivial_loss: expected a positive number, got {trivial}")
    network = subject.network()
    batch = next(iter(subject.task.batches(subject.arrays[Split.TRAIN], 8, np.random.default_rng(0))))
    optimiser = torch.optim.Adam(network.parameters(), lr=0.02)
    losses = []
    for _ in range(30):
        total, count, _ = network.loss(batch)
        require(count > 0, "the batch has no target that is scored")
        losses.append(float(total.detach()) / count)
        optimiser.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    require(losses[-1] < losses[0], f"loss {losses[0]:.4g} before, {losses[-1]:.4g} after 30 steps")


def disturb(by: int = 0) -> None:
    """Change the global random states, on which nothing may depend."""
    np.random.seed(by)  # noqa: NPY002  the global state that no plugin should use
    torch.manual_seed(by)


def _difference(one: Sequence[Batch], other: Sequence[Batch]) -> str:
    """The first difference of two sequences of batches; empty if there is none."""
    if len(one) != len(other):
        return f"{len(one)} and {len(other)} batches"
    for index, (a, b) in enumerate(zip(one, other, strict=True)):
        for name in ("inputs", "targets", "rows", "carry"):
            if not np.array_equal(np.asarray(getattr(a, name)), np.asarray(getattr(b, name))):
                return f"`{name}` of batch {index}"
    return ""


def _no_row_twice(scored: Sequence[tuple[Batch, Columns]], size: int) -> None:
    if any(batch.carry for batch, _ in scored):
        return  # a row of a carried stream is in several batches, one for each segment
    rows = np.concatenate([np.asarray(batch.rows) for batch, _ in scored])
    values, counts = np.unique(rows, return_counts=True)
    again = values[counts > 1]
    require(not len(again), f"evaluation batch {size}: row {again[0] if len(again) else ''} is scored more than once")


def _same_items(expected: Columns, found: Columns, where: str) -> None:
    require(list(found) == list(expected), f"{where}: expected columns {', '.join(expected)}, got {', '.join(found)}")
    for name, column in expected.items():
        others = found[name]
        require(len(others) == len(column), f"{where}: {name} expected {len(column)} items, got {len(others)}")
        for index, (one, other) in enumerate(zip(column, others, strict=True)):
            require(_close(one, other), f"{where}: {name} of item {index}: expected {one!r}, got {other!r}")


def _close(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=_ITEM, abs_tol=_ITEM)
    return bool(one == other)
