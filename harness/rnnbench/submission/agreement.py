"""Compares two records of one run: equal to the bit on one type of machine, within a declared tolerance elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import StrEnum

from rnnbench.records.schema import Record
from rnnbench.submission.problems import differences

RELATIVE = 0.02
"""The tolerance of a metric: other processors and builds of torch round differently, and training amplifies it."""
DEVIATIONS = 2.0
"""The tolerance in standard deviations of the test error; the larger of the two counts."""

_REPRODUCIBLE = (
    "status",
    "metrics",
    "items_sha256",
    "best_step",
    "best_validation_loss",
    "steps",
    "positions",
    "history",
)


class Agreement(StrEnum):
    """How two records of one run compare."""

    IDENTICAL = "identical"
    WITHIN = "within tolerance"
    BEYOND = "beyond tolerance"


def agreement(first: Record, second: Record) -> Agreement:
    """Compare the outcome and the scores of two records; times and memory are not compared."""
    if not any(True for _ in unlike(first, second)):
        return Agreement.IDENTICAL
    if any(getattr(first, field) != getattr(second, field) for field in ("status", "chosen")):
        return Agreement.BEYOND
    if first.metrics.keys() != second.metrics.keys():
        return Agreement.BEYOND
    if not first.metrics:  # a tuning run has a validation loss only
        losses = first.best_validation_loss or 0.0, second.best_validation_loss or 0.0
        return Agreement.WITHIN if math.isclose(*losses, rel_tol=RELATIVE) else Agreement.BEYOND
    near = all(
        abs(value - second.metrics[name]) <= tolerance(first, second, name) for name, value in first.metrics.items()
    )
    return Agreement.WITHIN if near else Agreement.BEYOND


def tolerance(first: Record, second: Record, metric: str) -> float:
    """How far apart a metric may be on two machines; the same whichever comes first."""
    records = (first, second)
    spread = max(record.test_error[metric].std if metric in record.test_error else 0.0 for record in records)
    return max(RELATIVE * max(abs(record.metrics[metric]) for record in records), DEVIATIONS * spread)


def unlike(first: Record, second: Record) -> Iterator[tuple[str, object, object]]:
    """(field, first, second) of each difference in the fields that one type of machine reproduces to the bit."""
    one, other = (record.model_dump(mode="json", include=set(_REPRODUCIBLE)) for record in (first, second))
    for name in _REPRODUCIBLE:
        yield from differences(one[name], other[name], name)


def same_machine(first: Record, second: Record) -> bool:
    """Whether both were made on one type of processor by one build of torch, so that no bit may differ."""
    if "seconds" in first.resolved.get("budget", {}):
        return False
    keys = ("cpu", "cpu_capability", "gpu", "gpu_capability", "cuda", "system")
    one, other = first.provenance, second.provenance
    libraries = [(of.get("libraries") or {}) for of in (one, other)]
    return all(one.get(key) == other.get(key) for key in keys) and all(
        libraries[0].get(name) == libraries[1].get(name) for name in ("torch", "numpy")
    )
