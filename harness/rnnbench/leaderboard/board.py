"""The values that a leaderboard consists of: a board of tables of rows, with verdicts. ``table`` makes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnnbench.records.schema import Margin, MetricInfo, PublishedNumber
    from rnnbench.records.storage import UnusableFile
    from rnnbench.statistics.summary import Interval

PROVISIONAL_BELOW = 5
"""Ranks from fewer seeds are provisional."""
THRESHOLDS = tuple(step / 20 for step in range(21))
"""Of performance profiles: the way from the chance level (0) to the goal (1), see :class:`Standing`."""


class RowKind(StrEnum):
    """What a row is of. Only models are ranked."""

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
    """The mean over seeds, each at its best checkpoint; None where a run diverged."""
    rank: int | None = None
    beats_first: float | None = None
    """The probability that one of its runs beats one of the first row's; a half for equally good models."""
    to_optimum: float | None = None
    to_baseline: float | None = None
    other_metrics: tuple[tuple[MetricInfo, float], ...] = ()
    core_params: int | None = None
    params: int | None = None
    state_bytes: int | None = None
    positions: int = 0
    """Sequence positions trained on, over all seeds."""
    tune_positions: int = 0
    """Sequence positions that the tuning runs were trained on."""
    chosen: tuple[str, ...] = ()
    """What tuning chose, as ``field=value``."""
    marks: tuple[str, ...] = ()
    """Notes on this row, a few words each: see ``notes``."""

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


class VerdictOutcome(StrEnum):
    """The answer of a verdict."""

    RECURRENT = "recurrent is enough"
    ATTENTION = "attention is needed"
    BASELINE = "a baseline is enough"
    UNDECIDED = "undecided"
    NONE = "no verdict"


@dataclass(frozen=True)
class AgainstBaseline:
    """How much worse a model is than a baseline, negative where it is better, and the ends of its 95 % interval."""

    model: str
    baseline: str
    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Verdict:
    """Whether a recurrent model is enough on one task. Differences are positive where the recurrent model is worse.

    They are shares (0.01 is 1 %) where ``relative``, else points of the metric.
    """

    outcome: VerdictOutcome
    reason: str = ""
    """Why there is no decision, or what it would take."""
    recurrent: str | None = None
    attention: str | None = None
    relative: bool = False
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    margin: float | None = None
    enough_above: float | None = None
    """The least margin at which these intervals would say that the baseline, or else the recurrent model, is enough."""
    seeds_error: float | None = None
    """One standard error of the difference that is due to the seeds."""
    test_error: float | None = None
    """One standard error that is due to the finite test set."""
    against_baselines: tuple[AgainstBaseline, ...] = ()
    """Each of the two models against the baseline over which it gains least; or against the one that is enough."""
    caveats: tuple[str, ...] = field(default=())

    @property
    def sentence(self) -> str:
        """The verdict in a few words."""
        return f"{self.outcome}: {self.reason}" if self.reason else str(self.outcome)


@dataclass(frozen=True)
class Reproduction:
    """A published number and the row that reproduces it.

    ``reached`` is None where no row reproduces it, or the row has no score yet.
    """

    number: PublishedNumber
    ours: float | None
    """The row's mean over seeds."""
    seeds: int
    direction: str
    reached: bool | None


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
    """The least loss of one model against another that so many seeds detect, see ``ranking.detectable_gap``."""
    best_baseline: str | None
    signatures: tuple[tuple[str, str], ...]
    """(metric, signature): the settings of a metric that its name does not tell, such as sacreBLEU's."""
    notes: tuple[str, ...]
    verdict: Verdict
    task_version: int
    fields: Mapping[str, Any]
    """The task's own options."""
    fingerprint: str
    """The fingerprint of the data."""
    published: tuple[Reproduction, ...] = ()
    """Numbers that others reported on the same data, beside ours."""


@dataclass(frozen=True)
class Standing:
    """A model over all tasks."""

    model: str
    average_rank: float
    ranks: tuple[float, ...]
    """By task."""
    profile: tuple[float, ...] = ()
    """The share of its runs that get beyond each of :data:`THRESHOLDS`, tasks weighing the same.

    The goal is the optimum, or the best mean where the optimum is not known. Empty below five tasks.
    """

    def past(self, threshold: float) -> float:
        """The share of its runs that get beyond one of :data:`THRESHOLDS`."""
        return self.profile[THRESHOLDS.index(threshold)]


@dataclass(frozen=True)
class Across:
    """A board's tasks together; tests and profiles are None and empty below five of them."""

    tasks: tuple[str, ...]
    standings: tuple[Standing, ...]
    """The best average rank first."""
    left_out: tuple[tuple[str, str], ...]
    """(model, why) of those that have no complete row on every task."""
    thresholds: tuple[float, ...] = ()
    p_value: float | None = None
    """Of the hypothesis that no average ranks differ."""
    critical_difference: float | None = None
    """Average ranks that lie at least so far apart differ, at 5 % over all pairs."""
    groups: tuple[tuple[str, ...], ...] = ()
    """Neighbours whose average ranks do not differ significantly; groups may overlap."""


@dataclass(frozen=True)
class Board:
    """A suite's tables, and the settings that they were made under."""

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
    """The loss below which a verdict says that recurrent is enough."""
    tables: tuple[Table, ...]
    across: Across | None
    """All tables together; None where they have no two models in common."""
    outside: tuple[str, ...]
    """Ids of records that the plan does not ask for."""
    problems: tuple[UnusableFile, ...]
    """Files that could not be used."""
