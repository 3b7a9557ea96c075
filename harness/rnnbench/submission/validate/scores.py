"""Whether a run's scores are those of its items, and its items those of this test set."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from rnnbench.base.streams import generator
from rnnbench.formulas import (
    COUNTS,
    REFERENCE,
    REFERENCE_SUM,
    Floats,
    Formula,
    find_formula,
    resampling_counts,
    spread,
)
from rnnbench.records.schema import FEWEST_BLOCKS, PlannedTask, Record, Status
from rnnbench.records.storage import ITEMS
from rnnbench.submission.problems import Problem, differs, same_number
from rnnbench.submission.read import Columns, Submission, Unreadable
from rnnbench.submission.validate.outcomes import file_of

RESAMPLES = 1000
MOST_COUNTED = 2**31
"""More n-grams than any sentence has."""
SHARED = ("label", REFERENCE, REFERENCE_SUM, "tokens", "words", "bytes", "frames", "count")
"""Columns that the data decide: the same in all runs of a table."""


def check_scores(submission: Submission, task: PlannedTask, records: list[Record]) -> Iterator[Problem]:
    """All records of a table that have items, one after the other: their items are large."""
    resample, seen = _Resamples(task.fingerprint), _Shared()
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


def _formula(metric: str, columns: Columns) -> Formula | None:
    try:
        return find_formula(metric, columns)
    except LookupError:
        return None


def _check_metrics(record: Record, task: PlannedTask, items: Columns, resample: _Resamples) -> Iterator[Problem]:
    file = file_of(record)
    for metric in task.metrics:
        formula = _formula(metric.name, items)
        if formula is None:
            continue
        ill_typed = [name for name, kind in formula.columns.items() if not _fits(items[name], kind)]
        if ill_typed:
            kinds = ", ".join(f"{name}: {formula.columns[name]}" for name in ill_typed)
            yield Problem(f"{ITEMS}/{record.id}.json.gz", metric.name, f"expected columns of {kinds}")
            continue
        statistics_IK = formula.statistics(items)
        value = float(formula.values(statistics_IK.sum(axis=0, keepdims=True))[0])
        if record.status is Status.DIVERGED:
            if np.isfinite(value):
                yield differs(file, "status", Status.DONE, record.status, f"its items give a {metric.name} of {value}")
            continue
        if not same_number(value, record.metrics.get(metric.name)):
            yield differs(file, f"metrics.{metric.name}", value, record.metrics.get(metric.name), "from the items")
        yield from _check_error(record, metric.name, formula, statistics_IK, resample)
        yield from _check_signature(record, metric.name, formula)


def _check_error(
    record: Record, metric: str, formula: Formula, statistics_IK: Floats, resample: _Resamples
) -> Iterator[Problem]:
    file, error = file_of(record), record.test_error.get(metric)
    if len(statistics_IK) < FEWEST_BLOCKS:
        if error is not None:
            yield Problem(file, f"test_error.{metric}", f"expected none of {len(statistics_IK)} items")
        return
    if error is None:
        yield Problem(file, f"test_error.{metric}", "expected the error that this test set leaves, got none")
        return
    found = zip(("std", "low", "high"), resample.spread(metric, formula, statistics_IK), strict=True)
    for field, value in found:
        if not same_number(value, got := getattr(error, field)):
            yield differs(file, f"test_error.{metric}.{field}", value, got, "from the items")


def _check_signature(record: Record, metric: str, formula: Formula) -> Iterator[Problem]:
    """The settings of a score; the version of the library behind it may be another."""
    own, got = formula.signature(), record.signatures.get(metric)
    if own is not None and _settings(own) != _settings(got or ""):
        yield differs(file_of(record), f"signatures.{metric}", own, got)


def _settings(signature: str) -> list[str]:
    return [part for part in signature.split("|") if not part.startswith("version:")]


class _Resamples:
    """The same resamples for every run of a table: drawn once for a metric, and kept."""

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint
        self._drawn: dict[tuple[str, int], list[npt.NDArray[Any]]] = {}

    def spread(self, metric: str, formula: Formula, statistics_IK: Floats) -> tuple[float, float, float]:
        """(Standard deviation, 2.5 %, 97.5 %) over the resamples."""
        key = metric, len(statistics_IK)
        if key not in self._drawn:
            draws = resampling_counts(generator("test-error", self._fingerprint, metric), key[1], RESAMPLES)
            self._drawn[key] = [counts_NI.astype(np.int16) for counts_NI in draws]  # a quarter of the memory
        parts = (counts_NI.astype(np.float64) @ statistics_IK for counts_NI in self._drawn[key])
        return spread(np.concatenate([formula.values(totals_NK) for totals_NK in parts]))


class _Shared:
    """What the data decide of the items, file by file."""

    def __init__(self) -> None:
        self._files: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))

    def add(self, file: str, items: Columns) -> None:
        """Note a file's columns, each as a hash."""
        for name in SHARED:
            if name in items:
                content = hashlib.sha256(json.dumps(items[name]).encode()).hexdigest()
                self._files[name][content].append(file)

    def check(self) -> Iterator[Problem]:
        """Files that hold another test set than most."""
        for name, by_content in self._files.items():
            most = max(by_content.values(), key=len)
            for files in by_content.values():
                for file in files if files is not most else ():
                    yield Problem(
                        file, name, f"expected the test set of {most[0]} and {len(most) - 1} more, got another"
                    )


def _check_items(file: str, task: PlannedTask, items: Columns) -> Iterator[Problem]:
    """Signs, and as many items as the plan's test rows come to."""
    for name in ("tokens", "words", "bytes", "frames", "count", *COUNTS):
        if any(type(value) is not int or value < 0 for value in items.get(name, ())):
            yield Problem(file, name, "expected whole numbers of at least 0")
    for name in COUNTS:  # sacreBLEU takes logarithms of their sums, which must not overflow
        if any(isinstance(value, int) and value >= MOST_COUNTED for value in items.get(name, ())):
            yield Problem(file, name, f"expected numbers below {MOST_COUNTED:,}")
    for name in ("nll", "squared_error", "absolute_error", "right"):
        if any(isinstance(value, str) or value < 0 for value in items.get(name, ())):
            yield Problem(file, name, "expected numbers of at least 0")
    for one, most in (("right", "count"), ("right", "tokens")):
        if one in items and most in items and any(a > b for a, b in zip(items[one], items[most], strict=True)):
            yield Problem(file, one, f"expected at most {most}")
    if (rule := _COMPLETE.get(task.task)) is not None:
        yield from rule(file, task, items)


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


_COMPLETE: Mapping[str, Callable[[str, PlannedTask, Columns], Iterator[Problem]]] = {
    "sentiment": _one_a_row,
    "translation": _one_a_row,
    "adding": _one_a_row,
    "copy-memory": _one_a_row,
    "associative-recall": _one_a_row,
    "tagging": _one_a_row,
    "forecasting": _every_window,
    "language-modelling": _every_line,
}
"""By the built-in tasks' names: how many items make a whole test set."""


def _fits(column: list[Any], kind: str) -> bool:
    if kind == "string":
        return all(isinstance(value, str) for value in column)
    return all(isinstance(value, int if kind == "int64" else (int, float)) for value in column)
