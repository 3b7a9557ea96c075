"""A suite as it is meant: models, tasks and datasets built, budgets and recipes resolved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rnnbench.contract.datasets import Dataset
    from rnnbench.contract.metrics import Metric
    from rnnbench.contract.models import Model
    from rnnbench.contract.tasks import Task
    from rnnbench.suite.budget import Budget
    from rnnbench.suite.limits import Limits
    from rnnbench.suite.margin import Margin
    from rnnbench.suite.published import Published
    from rnnbench.suite.recipe import Recipe
    from rnnbench.suite.tuning import Tune


@dataclass(frozen=True, kw_only=True)
class SuiteModel:
    """A row: ``recipe_overrides`` are the recipe's fields that this model alone trains with."""

    label: str
    model: Model
    recipe_overrides: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class SuiteTask:
    """A table: ``budget`` and ``recipe`` are the suite's with this task's own values in place."""

    label: str
    task: Task
    dataset: Dataset
    budget: Budget
    recipe: Recipe
    extra_metrics: tuple[Metric, ...] = ()
    """What the suite asks beside the task's own metrics."""
    rank_by: str | None = None
    """The metric that ranks, where it is not the task's first one."""
    not_loaded: tuple[Mapping[str, Any], ...] = ()
    """Of a record that is run again, the ``evaluate`` modules that are part of its id and are not loaded."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """All that is scored; the first one ranks."""
        every = (*self.task.metrics, *self.extra_metrics)
        return tuple(sorted(every, key=lambda metric: metric.name != self.rank_by))

    def recipe_for(self, model: SuiteModel) -> Recipe:
        """What a model trains with on this task: its own overrides win."""
        return self.recipe.override(model.recipe_overrides)


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Models x tasks x seeds under a budget and a recipe; ``tune`` is None where nothing is tuned."""

    name: str
    description: str
    path: Path
    seeds: tuple[int, ...]
    budget: Budget
    recipe: Recipe
    tune: Tune | None
    limits: Limits
    margin: Margin
    models: tuple[SuiteModel, ...]
    tasks: tuple[SuiteTask, ...]
    published: tuple[Published, ...] = ()
    """What others reported on the same data."""
