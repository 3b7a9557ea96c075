"""What a leaderboard is: a board of tables of rows. Plain values; how they come about is in ``table``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnnbench.leaderboard.across import Across
    from rnnbench.leaderboard.reproductions import Reproduction
    from rnnbench.leaderboard.verdict import Verdict
    from rnnbench.records.schema import Margin, MetricInfo
    from rnnbench.records.storage import Problem
    from rnnbench.statistics.summary import Interval

PROVISIONAL_BELOW = 5
"""Ranks from fewer seeds are provisional."""


class RowKind(StrEnum):
    """What stands in a row. Only models are ranked."""

    MODEL = "model"
    BASELINE = "baseline"
    OPTIMUM = "optimum"


@dataclass(frozen=True)
class Row:
    """A model, a baseline or the optimum on one task, by the task's first metric.

    A diverged run counts as the chance level. Means of ratio metrics are geometric; ``std`` is the plain deviation of
    the seeds' scores. ``to_optimum`` and ``to_baseline`` are distances to the optimum and to the best baseline,
    positive where this row is worse: differences, or for ratio metrics the factor minus one.
    """

    kind: RowKind
    task: str
    dataset: str
    model: str
    family: str
    metric: MetricInfo
    planned: int
    values: tuple[tuple[int | None, float], ...]
    """(seed, score) of each run with an outcome."""
    diverged: int
    mean: float | None = None
    std: float | None = None
    seeds_interval: Interval | None = None
    """95 %, over seeds."""
    interquartile_mean: float | None = None
    """The mean of the middle half of the seeds; from ten on, as is its interval."""
    interquartile_interval: Interval | None = None
    test_interval: Interval | None = None
    """95 %, over resamples of the test set: each run's own ends, averaged over the seeds."""
    validation_loss: float | None = None
    """The mean over seeds at the checkpoints that were scored; None where a run diverged."""
    rank: int | None = None
    beats_first: float | None = None
    """How often one of its runs beats one of the first row's; a half where there is nothing between them."""
    to_optimum: float | None = None
    to_baseline: float | None = None
    other_metrics: tuple[tuple[MetricInfo, float], ...] = ()
    core_params: int | None = None
    params: int | None = None
    state_bytes: int | None = None
    positions: int = 0
    """Sequence positions trained on, over all seeds."""
    tune_positions: int = 0
    """The same of the runs that chose the hyperparameters."""
    chosen: tuple[str, ...] = ()
    """What tuning chose, as ``field=value``."""
    marks: tuple[str, ...] = ()
    """What a reader has to know of this row, in a few words each."""

    @property
    def n(self) -> int:
        """How many planned runs have an outcome."""
        return len(self.values)

    @property
    def complete(self) -> bool:
        """Whether every planned run has an outcome."""
        return self.n == self.planned

    @property
    def provisional(self) -> bool:
        """Whether the rank comes from too few seeds to be relied on."""
        return self.rank is not None and self.n < PROVISIONAL_BELOW

    @property
    def status(self) -> str:
        """``done``, ``diverged k/n`` or ``incomplete k/n``."""
        if not self.complete:
            return f"incomplete {self.n}/{self.planned}"
        return f"diverged {self.diverged}/{self.n}" if self.diverged else "done"


@dataclass(frozen=True, order=True)
class Failure:
    """A planned run that was tried and has no outcome."""

    model: str
    run: str
    status: str
    reason: str


@dataclass(frozen=True)
class Table:
    """One task on one dataset, best rows first; baselines and the optimum follow the models."""

    label: str
    task: str
    dataset: str
    split: str
    metric: MetricInfo
    chance: float
    block: str
    counts: Mapping[str, Mapping[str, int]]
    rows: tuple[Row, ...]
    skips: tuple[tuple[str, str], ...]
    """(model, reason) of each pair that cannot run."""
    failures: tuple[Failure, ...]
    pending: int
    """Planned runs without a record."""
    gap: float | None
    """The difference between two models (for ratio metrics: the factor minus one) that so many seeds could show."""
    best_baseline: str | None
    signatures: tuple[tuple[str, str], ...]
    """(metric, signature): how a metric was computed where its name does not say it all."""
    notes: tuple[str, ...]
    verdict: Verdict
    task_version: int
    fields: Mapping[str, Any]
    """The task's own options."""
    fingerprint: str
    """Of the data."""
    published: tuple[Reproduction, ...] = ()
    """What others reported on the same data, and ours."""


@dataclass(frozen=True)
class Board:
    """A suite's tables, and what they were made under."""

    suite: str
    description: str
    harness: str
    numerics: int
    device: str
    seeds: tuple[int, ...]
    core_params: int | None
    budget: Mapping[str, Any]
    recipe: Mapping[str, Any]
    tune: Mapping[str, Any] | None
    """The tuning grid and its rule; None where nothing was tuned."""
    margin: Margin
    """What loss a verdict takes for none."""
    tables: tuple[Table, ...]
    across: Across | None
    """The tables together."""
    outside: tuple[str, ...]
    """Ids of records that the plan does not ask for."""
    problems: tuple[Problem, ...]
    """Files that could not be used."""
