"""A resolved suite: its models, tasks and datasets instantiated, its defaults and overrides applied."""

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
    from rnnbench.suite.recipe import Recipe
    from rnnbench.suite.schema import PublishedEntry
    from rnnbench.suite.tuning import Tune


@dataclass(frozen=True, kw_only=True)
class SuiteModel:
    """A row of each table; ``recipe_overrides`` are the fields of the recipe that this model replaces."""

    label: str
    model: Model
    recipe_overrides: Mapping[str, Any]
    place: str = ""
    """Where the suite names it, ``file:line:column``; empty where no file does."""


@dataclass(frozen=True, kw_only=True)
class SuiteTask:
    """A table; ``budget`` and ``recipe`` are the suite's with this task's overrides applied."""

    label: str
    task: Task
    dataset: Dataset
    budget: Budget
    recipe: Recipe
    extra_metrics: tuple[Metric, ...] = ()
    """Metrics that the suite adds to the task's own."""
    rank_by: str | None = None
    """The metric that ranks, where it is not the task's first one."""
    not_loaded: tuple[Mapping[str, Any], ...] = ()
    """Of a record that is run again, the ``evaluate`` modules that are part of its id and are not loaded."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """All metrics of the table; it is ranked by the first one."""
        every = (*self.task.metrics, *self.extra_metrics)
        return tuple(sorted(every, key=lambda metric: metric.name != self.rank_by))

    def recipe_for(self, model: SuiteModel) -> Recipe:
        """The recipe of a model on this task: the model's overrides take precedence."""
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
    published: tuple[PublishedEntry, ...] = ()
    """Published numbers on the same data."""
