"""Checks that the history of a run is one that the training loop can write under its budget and recipe."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rnnbench.records.schema import Record, Status
from rnnbench.submission.problems import RELATIVE, Problem, differs


def check_history(file: str, record: Record) -> Iterator[Problem]:
    """Check the history of a trained run that has an outcome."""
    recipe = record.resolved.get("recipe", {})
    yield from _check_end(file, record)
    yield from _check_best(file, record)
    yield from _check_evaluations(file, record, recipe.get("evaluations"))
    peak = record.chosen.get("learning_rate", recipe.get("learning_rate"))
    for point in record.history:
        if peak is not None and not 0 <= point.learning_rate <= peak * (1 + RELATIVE):
            yield differs(file, f"history.{point.step}.learning_rate", peak, point.learning_rate, "at most")


def check_positions(records: Sequence[tuple[str, Record]]) -> Iterator[Problem]:
    """Check the positions read by each step: batches depend on data and seed alone, so all models read the same."""
    at: dict[tuple[object, ...], list[tuple[str, int]]] = defaultdict(list)
    for file, record in records:
        for point in record.history:
            at[record.task, record.seed, record.resolved.get("recipe", {}).get("batch"), point.step].append(
                (file, point.positions)
            )
    for (*_, step), points in at.items():
        commonest = Counter(positions for _, positions in points).most_common(1)[0][0]
        for file, positions in points:
            if positions != commonest:
                field = f"history.{step}.positions"
                yield differs(file, field, commonest, positions, "as the other models with this seed")


def _check_end(file: str, record: Record) -> Iterator[Problem]:
    """The history grows, ends at the last step of the record, and stays within the budget."""
    history, most = record.history, record.resolved.get("budget", {}).get("steps", math.inf)
    for earlier, later in itertools.pairwise(history):
        if not (earlier.step < later.step and earlier.positions < later.positions):
            yield differs(file, "history", "steps and positions that grow", f"step {later.step} after {earlier.step}")
    if record.steps > most:
        yield differs(file, "steps", most, record.steps, "the budget")
    last = (history[-1].step, history[-1].positions) if history else (0, 0)
    if record.status is Status.DONE:
        if last != (record.steps, record.positions) or not history:
            ended = f"its end at step {record.steps}, position {record.positions}"
            yield differs(file, "history", ended, f"step {last[0]}, position {last[1]}")
    elif history and last[0] >= record.steps and record.items_sha256 is None:
        yield differs(file, "status", "done", "diverged", f"its loss was finite at its last step, {record.steps}")


def _check_best(file: str, record: Record) -> Iterator[Problem]:
    best = min(record.history, key=lambda point: point.validation_loss, default=None)
    expected = (best.step, best.validation_loss) if best else (None, None)
    for field, value in zip(("best_step", "best_validation_loss"), expected, strict=True):
        if getattr(record, field) != value:
            yield differs(file, field, value, getattr(record, field), "the best of its history")


def _check_evaluations(file: str, record: Record, evaluations: int | None) -> Iterator[Problem]:
    """Evaluations are at equal shares of the budget, and training stops when it is spent."""
    if evaluations is None:
        return
    budget = record.resolved.get("budget", {})
    if len(record.history) > evaluations:
        yield differs(file, "history", f"at most {evaluations} evaluations", len(record.history))
    before = 0
    for index, point in enumerate(record.history):
        due = _is_due(budget, evaluations, index, point.step, point.positions)
        earlier = "steps" in budget and point.step - 1 > before and _is_due(budget, evaluations, index, point.step - 1)
        if not due or earlier:
            yield differs(file, f"history.{index}.step", "the step at which an evaluation is due", point.step)
        before = point.step


def _is_due(budget: Mapping[str, Any], evaluations: int, done: int, step: int, positions: int = 0) -> bool:
    """Whether the evaluation after the first ``done`` ones is due at this step."""
    if "steps" in budget:
        progress = step / budget["steps"]
    elif "tokens" in budget:
        progress = positions / budget["tokens"]
    else:  # epochs or seconds: a record does not say how much was spent
        return True
    return bool(progress >= 1.0 or progress * evaluations >= done + 1)
