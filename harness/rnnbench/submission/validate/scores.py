"""Checks that scores follow from the items of a run, and that the items are those of the table's test set."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rnnbench.base.streams import generator
from rnnbench.contract.metrics import Metric
from rnnbench.metrics import BUILT_IN, NAMES, planned_metric
from rnnbench.metrics.scoring import (
    resample_count,
    resampled,
    resampling_counts,
    spread,
    statistics_column,
)
from rnnbench.records.schema import FEWEST_BLOCKS, MetricInfo, PlannedTask, Record, Status
from rnnbench.records.storage import ITEMS
from rnnbench.submission.problems import Problem, differs, same_number
from rnnbench.submission.read import Columns, Submission, Unreadable
from rnnbench.submission.validate.outcomes import file_of

SHARED = tuple({metric.identifies: None for metric in BUILT_IN if metric.identifies})
"""Columns that depend on the data alone: the same in all runs of a table."""
_SLACK = 1e-9
"""How far a value may lie outside its metric's range, relatively."""


def check_scores(submission: Submission, task: PlannedTask, records: list[Record]) -> Iterator[Problem]:
    """Check the records of a table that have items, one at a time, since their items are large."""
    resample, seen = Resamples(task.fingerprint), _Shared()
    for record in records:
        file = f"{ITEMS}/{record.id}.json.gz"
        try:
            items, digest = submission.columns(record.id)
        except Unreadable as error:
            yield Problem(file, "", str(error))
            continue
        if digest != record.items_sha256:
            yield differs(file_of(record), "items_sha256", digest, record.items_sha256, "of the items")
        bad = list(_check_items(file, task, items))
        yield from bad
        seen.add(file, items)
        if not bad:
            with np.errstate(all="ignore"):  # what is not finite is told as a value
                yield from list(_check_metrics(record, task, items, resample))
    yield from seen.check()


def _check_metrics(record: Record, task: PlannedTask, items: Columns, resample: Resamples) -> Iterator[Problem]:
    for info in task.metrics:
        try:
            metric = planned_metric(info, items)
        except LookupError:
            if info.name not in NAMES:
                yield from _check_own(record, info, items)
            continue
        yield from check_metric(record, metric, items, resample)


def check_metric(record: Record, metric: Metric, items: Columns, resample: Resamples) -> Iterator[Problem]:
    """Recompute a metric, its interval and its signature from the items, and compare."""
    file = file_of(record)
    ill_typed = [name for name, kind in metric.columns.items() if not _fits(items[name], kind)]
    if ill_typed:
        kinds = ", ".join(f"{name}: {metric.columns[name]}" for name in ill_typed)
        yield Problem(f"{ITEMS}/{record.id}.json.gz", metric.name, f"expected columns of {kinds}")
        return
    value = metric.value(items)
    if record.status is Status.DIVERGED:
        if np.isfinite(value):
            yield differs(file, "status", Status.DONE, record.status, f"its items give a {metric.name} of {value}")
        return
    if not same_number(value, record.metrics.get(metric.name)):
        yield differs(file, f"metrics.{metric.name}", value, record.metrics.get(metric.name), "from the items")
    yield from _check_error(record, metric, items, resample)
    yield from _check_signature(record, metric)


def _check_own(record: Record, info: MetricInfo, items: Columns) -> Iterator[Problem]:
    """Check a plugin's metric without the plugin: its value against its range, and its statistics for presence."""
    if record.status is not Status.DONE:
        return
    named = {f"metrics.{info.name}": record.metrics.get(info.name)}
    if error := record.test_error.get(info.name):
        named |= {f"test_error.{info.name}.low": error.low, f"test_error.{info.name}.high": error.high}
    low, high = -np.inf if info.low is None else info.low, np.inf if info.high is None else info.high
    for field, value in named.items():
        if value is not None and not low - _SLACK * max(abs(low), 1) <= value <= high + _SLACK * max(abs(high), 1):
            yield differs(file_of(record), field, f"{low:g} to {high:g}", value, "the metric's range")
    if info.statistics:
        yield from _check_statistics(f"{ITEMS}/{record.id}.json.gz", info.name, items)


def _check_statistics(file: str, metric: str, items: Columns) -> Iterator[Problem]:
    kept = stored_statistics(metric, items)
    if not kept:
        yield Problem(file, statistics_column(metric, 0), "expected the statistics of each item, got none")
    for number, column in enumerate(kept):
        if not all(isinstance(value, int | float) and np.isfinite(value) for value in column):
            yield Problem(file, statistics_column(metric, number), "expected finite numbers")


def stored_statistics(metric: str, items: Columns) -> list[Sequence[Any]]:
    """The columns of a plugin metric's per-item statistics, in their order."""
    names = (statistics_column(metric, number) for number in itertools.count())
    return [items[name] for name in itertools.takewhile(items.__contains__, names)]


def _check_error(record: Record, metric: Metric, items: Columns, resample: Resamples) -> Iterator[Problem]:
    file, error, count = file_of(record), record.test_error.get(metric.name), len(next(iter(items.values())))
    if count < FEWEST_BLOCKS:
        if error is not None:
            yield Problem(file, f"test_error.{metric.name}", f"expected none of {count} items")
        return
    if error is None:
        yield Problem(file, f"test_error.{metric.name}", "expected the error that this test set leaves, got none")
        return
    found = zip(("std", "low", "high"), resample.spread(metric, items), strict=True)
    for field, value in found:
        if not same_number(value, got := getattr(error, field)):
            yield differs(file, f"test_error.{metric.name}.{field}", value, got, "from the items")


def _check_signature(record: Record, metric: Metric) -> Iterator[Problem]:
    """The settings in a signature, without the version of the library, which may differ."""
    own, got = metric.signature(), record.signatures.get(metric.name)
    if own is not None and _settings(own) != _settings(got or ""):
        yield differs(file_of(record), f"signatures.{metric.name}", own, got)


def _settings(signature: str) -> list[str]:
    return [part for part in signature.split("|") if not part.startswith("version:")]


class Resamples:
    """Bootstrap resamples, drawn once for each metric and used for every run of a table."""

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint
        self._drawn: dict[tuple[str, int], list[npt.NDArray[Any]]] = {}

    def spread(self, metric: Metric, items: Columns) -> tuple[float, float, float]:
        """(Standard deviation, 2.5 %, 97.5 %) over the resamples."""
        count = len(next(iter(items.values())))
        key = metric.name, count
        if key not in self._drawn:
            stream = generator("test-error", self._fingerprint, metric.name)
            draws = resampling_counts(stream, count, resample_count(metric, count))
            self._drawn[key] = [counts_NI.astype(np.int16) for counts_NI in draws]  # a quarter of the memory
        return spread(resampled(metric, items, (counts_NI.astype(np.float64) for counts_NI in self._drawn[key])))


class _Shared:
    """Hashes of the columns that depend on the data alone, by file."""

    def __init__(self) -> None:
        self._files: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))

    def add(self, file: str, items: Columns) -> None:
        """Add the hashes of one file."""
        for name in SHARED:
            if name in items:
                content = hashlib.sha256(json.dumps(items[name]).encode()).hexdigest()
                self._files[name][content].append(file)

    def check(self) -> Iterator[Problem]:
        """The files whose test set differs from that of the majority."""
        for name, by_content in self._files.items():
            most = max(by_content.values(), key=len)
            for files in by_content.values():
                for file in files if files is not most else ():
                    yield Problem(
                        file, name, f"expected the test set of {most[0]} and {len(most) - 1} more, got another"
                    )


def _check_items(file: str, task: PlannedTask, items: Columns) -> Iterator[Problem]:
    """Check the bounds that built-in metrics declare for their columns, and the number of items against the plan."""
    rules = {
        (name, metric.columns[name], low, high): None
        for metric in BUILT_IN
        for name, (low, high) in metric.bounds.items()
        if name in items
    }
    for name, kind, low, high in rules:
        what = "whole numbers" if kind == "int64" else "numbers"
        if not all(_is_at_least(value, low, kind) for value in items[name]):
            yield Problem(file, name, f"expected {what} of at least {low:g}")
        elif isinstance(high, str):
            if high in items and any(a > b for a, b in zip(items[name], items[high], strict=True)):
                yield Problem(file, name, f"expected at most {high}")
        elif any(value >= high for value in items[name]):
            yield Problem(file, name, f"expected numbers below {high:,}")
    if (rule := _COMPLETE.get(task.items or _OF_OLDER_PLANS.get(task.task))) is not None:
        yield from rule(file, task, items)


def _is_at_least(value: Any, low: float, kind: str) -> bool:
    if kind == "int64":
        return type(value) is int and value >= low
    return not isinstance(value, str) and bool(value >= low)


def _one_a_row(file: str, task: PlannedTask, items: Columns) -> Iterator[Problem]:
    rows, got = task.counts.get("test", {}).get("rows"), len(next(iter(items.values())))
    if rows is not None and got != rows:
        yield differs(file, "", f"{rows:,} items", f"{got:,}", "one for each test row")


def _every_window(file: str, task: PlannedTask, items: Columns) -> Iterator[Problem]:
    """The test split continues the one before: its first window ends at its H-th row."""
    horizon, rows = task.fields.get("horizon"), task.counts.get("test", {}).get("rows")
    channels = task.counts.get("train", {}).get("channels")
    if not (isinstance(horizon, int) and rows and channels and "count" in items):
        return
    expected = (rows - horizon + 1) * horizon * channels
    if (got := sum(items["count"])) != expected:
        why = f"{rows - horizon + 1:,} windows of {horizon} steps and {channels} channels"
        yield differs(file, "count", f"{expected:,}", f"{got:,}", why)


def _every_line(file: str, task: PlannedTask, items: Columns) -> Iterator[Problem]:
    """Line ends are counted, so that there are at least as many words, tokens and bytes as rows."""
    rows = task.counts.get("test", {}).get("rows", 0)
    for name in ("words", "tokens", "bytes"):
        if name in items and (got := sum(items[name])) < rows:
            yield differs(file, name, f"{rows:,}", f"{got:,}", "at least one for each line")


_COMPLETE: Mapping[str | None, Callable[[str, PlannedTask, Columns], Iterator[Problem]]] = {
    "rows": _one_a_row,
    "windows": _every_window,
    "lines": _every_line,
}
"""The check of how many items a whole test set has, by what one item is."""

_OF_OLDER_PLANS = {
    **dict.fromkeys(("sentiment", "translation", "adding", "copy-memory", "associative-recall", "tagging"), "rows"),
    "forecasting": "windows",
    "language-modelling": "lines",
}
"""What one item of these tasks is, which plans of rnnbench 0.1 do not say."""


def _fits(column: list[Any], kind: str) -> bool:
    if kind == "string":
        return all(isinstance(value, str) for value in column)
    return all(isinstance(value, int if kind == "int64" else (int, float)) for value in column)
