"""The metrics that a suite asks for beside a task's own: by name, or as an ``evaluate`` module; and which one ranks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from rnnbench.base.messages import expected_one_of, shown
from rnnbench.suite.base import Shape
from rnnbench.suite.checking import checked

if TYPE_CHECKING:
    from rnnbench.contract.metrics import Metric
    from rnnbench.contract.tasks import Task
    from rnnbench.discovery import Registry
    from rnnbench.suite.yaml_positions import Document, Location

_Name = Annotated[str, Field(min_length=1, max_length=200)]


class EvaluateEntry(Shape):
    """An ``evaluate`` module: see :func:`rnnbench.evaluate_metric`."""

    evaluate: _Name
    """A name on the Hugging Face hub, the path of a folder or script (``./mine``: beside the suite), or
    ``package.module:Class``."""
    name: _Name | None = None
    config: _Name | None = None
    fields: Annotated[dict[str, Any], Field(default_factory=dict)]
    columns: dict[str, str] | None = None
    value: _Name | None = None
    direction: Literal["min", "max"] = "max"
    unit: str = ""
    low: float = float("-inf")
    high: float = float("inf")


def find_metrics(
    entries: Sequence[object], task: Task, at: Location, registry: Registry, document: Document, folder: Path
) -> Iterator[Metric]:
    """The metrics of these entries, which stand at ``at``.

    Those that there are not, that the task has itself, or whose columns its items lack, are noted as mistakes.
    """
    taken = {metric.name for metric in task.metrics}
    for index, entry in enumerate(entries):
        place = (*at, index)
        metric = (
            _named(entry, taken, task, place, registry, document)
            if isinstance(entry, str)
            else _evaluate(entry, taken, task, place, document, folder)
        )
        if metric is None or _lacks_columns(metric, task, place, document):
            continue
        taken.add(metric.name)
        yield metric


def check_rank(rank_by: str | None, names: Sequence[str], at: Location, document: Document) -> str | None:
    """The metric that ranks, None where it is the task's first one; a mistake is noted where it is not scored."""
    if rank_by is None or rank_by == names[0]:
        return None
    if rank_by not in names:
        document.report(at, f"{rank_by!r} is not scored here{expected_one_of(rank_by, names)}")
        return None
    return rank_by


def _named(
    name: str, taken: set[str], task: Task, at: Location, registry: Registry, document: Document
) -> Metric | None:
    if name in taken:
        document.report(at, f"{name!r} is scored already, expected a metric beside those of {task.name!r}")
        return None
    if name not in registry.metrics:
        known = [other for other in registry.metrics if other not in taken]
        document.report(at, f"no metric is named {shown(name)}{expected_one_of(name, known)}")
        return None
    from rnnbench.metrics import NAMES, find_metric  # noqa: PLC0415  NumPy, which few suites need

    if name in NAMES and task.columns:
        try:
            return find_metric(name, task.columns)
        except LookupError:
            pass  # the first form's columns are lacking, which is said
    return registry.metrics[name]


def _evaluate(
    entry: object, taken: set[str], task: Task, at: Location, document: Document, folder: Path
) -> Metric | None:
    if not isinstance(entry, Mapping):
        document.report(at, f"got {shown(entry)}, expected the name of a metric, or {{evaluate: a module's name}}")
        return None
    asked = checked(EvaluateEntry, entry, at, document)
    if asked is None:
        return None
    from rnnbench.metrics.evaluate_modules import EvaluateError, evaluate_metric, is_path  # noqa: PLC0415  as above

    path = asked.evaluate
    if is_path(path):
        path = str((folder / Path(path).expanduser()).resolve())
    try:
        metric = evaluate_metric(path, items=task.columns or None, **asked.model_dump(exclude={"evaluate"}))
    except (EvaluateError, ValueError) as error:
        document.report((*at, "evaluate"), str(error))
        return None
    if metric.name in taken:
        document.report(at, f"{metric.name!r} is scored already, expected another `name`")
        return None
    return metric


def _lacks_columns(metric: Metric, task: Task, at: Location, document: Document) -> bool:
    """Whether the items of a task that says which columns they have lack one that the metric reads."""
    if not task.columns:
        return False  # the plan looks at a baseline's items
    try:
        lacking = [name for name in metric.columns if name not in task.columns]
    except (ValueError, TypeError) as error:
        document.report(at, str(error))
        return True
    if lacking:
        what = f"items of {task.name!r} have no column {', '.join(lacking)}, only {', '.join(task.columns)}"
        document.report(at, f"metric {metric.name!r} cannot be asked: {what}")
    return bool(lacking)
