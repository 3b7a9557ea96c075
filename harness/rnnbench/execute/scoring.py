"""A run's score: items of the test rows, the metrics over them, and the error that this finite test set leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch

from rnnbench.base.streams import generator
from rnnbench.contract.batches import Arrays, Columns
from rnnbench.contract.datasets import Split
from rnnbench.contract.metrics import Metric
from rnnbench.contract.models import Role
from rnnbench.metrics import keeps_statistics
from rnnbench.metrics.scoring import bootstrap, kept_statistics, score
from rnnbench.metrics.translation import REFERENCE, without_references
from rnnbench.network.core import ContractBroken
from rnnbench.network.network import Network, state_bytes
from rnnbench.plan import Assignment
from rnnbench.records.schema import FEWEST_BLOCKS, Kind, TestError
from rnnbench.train.evaluation import test_items


@dataclass(frozen=True, kw_only=True)
class Scored:
    """What scoring came to; all fields but the items are those of :class:`rnnbench.records.schema.Record`."""

    metrics: dict[str, float]
    test_error: dict[str, TestError] = field(default_factory=dict)
    signatures: dict[str, str] = field(default_factory=dict)
    state_bytes: int | None = None
    notes: tuple[str, ...] = ()
    items: Columns | None = None

    def record_fields(self) -> dict[str, Any]:
        """The record's fields by name; its notes are joined with those of training."""
        return {name: value for name, value in vars(self).items() if name not in ("notes", "items")}


def score_network(assignment: Assignment, network: Network, window: int | None, device: torch.device) -> Scored:
    """Score the test rows, which are read here for the first time.

    Raises:
        FloatingPointError: an output is not finite.
    """
    task, encoding = assignment.task.task, assignment.prepared.encoding
    test = assignment.prepared.arrays(Split.TEST)
    items = test_items(network, task, encoding, test, assignment.recipe.evaluation_batch, window, device)
    held = state_bytes(network, task.role, _state_steps(assignment, test))
    return score_items(assignment, items, held_bytes=held)


def score_items(
    assignment: Assignment, items: Columns, *, held_bytes: int | None = None, notes: tuple[str, ...] = ()
) -> Scored:
    """Every metric of the task over these items.

    Raises:
        ContractBroken: a metric is outside its declared range.
    """
    task = assignment.task
    metrics: dict[str, float] = {}
    errors: dict[str, TestError] = {}
    signatures: dict[str, str] = {}
    for metric in task.metrics:
        metrics[metric.name] = _in_range(metric, score(metric, items))
        if len(next(iter(items.values()))) >= FEWEST_BLOCKS:
            errors[metric.name] = _test_error(metric, items, assignment.prepared.fingerprint)
        if text := metric.signature():
            signatures[metric.name] = text
    statistics = kept_statistics([one for one in task.metrics if keeps_statistics(one)], items)
    return Scored(
        metrics=metrics,
        test_error=errors,
        signatures=signatures,
        state_bytes=held_bytes,
        notes=notes,
        items={**items, **statistics},
    )


def without_licensed_text(assignment: Assignment, items: Columns) -> Columns:
    """Items as they are stored: text that was not generated here may be licensed, and is not ours to publish."""
    if assignment.task.dataset.embedded or REFERENCE not in items:
        return items
    kept = without_references(items)
    if assignment.run.kind is Kind.BASELINE:  # its hypotheses may be the source, or a training sentence
        kept.pop("hypothesis", None)
    return kept


def _state_steps(assignment: Assignment, test: Arrays) -> int:
    """After how many steps state is measured: the model's context, or the longest source."""
    task = assignment.task.task
    if task.role is Role.SEQ2SEQ:
        batches = task.evaluation(test, assignment.recipe.evaluation_batch)
        return max(batch.inputs.shape[1] for batch in batches)
    assert assignment.model is not None
    return assignment.model.context or 1


def _in_range(metric: Metric, value: float) -> float:
    slack = 1e-9 * max(abs(value), 1.0)
    if not metric.low - slack <= value <= metric.high + slack:
        what = f"{metric.name} is {value}, expected {metric.low} to {metric.high}"
        raise ContractBroken(what, of_task=True)
    return value


def _test_error(metric: Metric, items: Columns, fingerprint: str) -> TestError:
    """The same resamples for every model on these test rows."""
    std, low, high = bootstrap(metric, items, generator("test-error", fingerprint, metric.name))
    return TestError(std=std, low=low, high=high)
