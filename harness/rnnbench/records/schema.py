"""The files of a results folder as typed records: ``plan.json`` and ``runs/<run id>.json``. Strict JSON, versioned."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

SCHEMA: Final = 1
BUDGET_TOLERANCE: Final = 0.02
"""How far core parameters may be from the budget, as a share of it."""
FEWEST_BLOCKS: Final = 10
"""With fewer blocks of test items no :class:`TestError` is given: with three, a 95 % interval covers 70 %."""
_LARGEST_LOG = 690.0
"""Exponentials of more would overflow a double."""


class Kind(StrEnum):
    """What a run is for. Only ``train`` runs have seeds that count."""

    TRAIN = "train"
    TUNE = "tune"
    BASELINE = "baseline"
    OPTIMUM = "optimum"


class Status(StrEnum):
    """How a run ended. ``DONE`` and ``DIVERGED`` are outcomes and are kept; with any other status a run is retried."""

    DONE = "done"
    DIVERGED = "diverged"
    FAILED = "failed"
    TIMEOUT = "timeout"
    OOM = "oom"
    CRASHED = "crashed"

    @property
    def is_outcome(self) -> bool:
        """Whether the run is finished and is not retried."""
        return self in (Status.DONE, Status.DIVERGED)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class PlannedSums(_Frozen):
    """A metric that is ``scale`` times the sum of column ``total`` over that of ``count``, or over the items."""

    total: str
    count: str | None = None
    scale: float = 1.0
    identifies: str | None = None
    """The column that is the task's and not the model's."""


class MetricInfo(_Frozen):
    """What a table has to know of a metric: its name and unit, which scores are better, its scale and its range.

    Scores of ``ratio`` metrics (perplexity) are averaged and compared as logarithms; ``to_scale`` takes a logarithm and
    ``from_scale`` undoes it, and both leave the scores of other metrics as they are. A loss is how much worse one score
    is than another: a difference, or of ratio metrics a factor minus one (0.01 is 1 % worse).
    """

    name: str
    direction: Literal["min", "max"]
    unit: str = ""
    ratio: bool = False
    low: float | None = None
    """The least possible score; None if unbounded, or not stated, as in older plans: see :func:`metric_range`."""
    high: float | None = None
    asked: bool = False
    """Whether the suite asks for it beside the task's own."""
    sums: PlannedSums | None = None
    """How a plugin's metric is computed, where that is so simple that others can do it without the plugin."""
    statistics: bool = False
    """Whether the items keep a plugin metric's per-item statistics."""

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"a metric's range should not be empty, got {self.low:g} to {self.high:g}")
        return self

    @model_serializer(mode="wrap")
    def _without_unstated_fields(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Fields that came later are written only where they say something."""
        later = type(self).model_fields.keys() - {"name", "direction", "unit", "ratio"}
        idle = {name for name in later if getattr(self, name) == type(self).model_fields[name].default}
        return {name: value for name, value in handler(self).items() if name not in idle}

    @property
    def maximise(self) -> bool:
        """Whether more is better."""
        return self.direction == "max"

    @property
    def counts_to_a_hundred(self) -> bool:
        """Whether scores are points of a hundred: per cent, or any other metric from 0 to 100."""
        return self.unit == "%" or metric_range(self) == (0.0, 100.0)

    def as_loss(self, value: float) -> float:
        """A score, or a difference between two, with the sign at which less is better."""
        return -value if self.maximise else value

    def is_better(self, score: float, other: float) -> bool:
        """Whether the first score is the better one."""
        return self.as_loss(score) < self.as_loss(other)

    def to_scale(self, score: float) -> float:
        """A score on the scale where scores are averaged and compared."""
        return math.log(score) if self.ratio else score

    def from_scale(self, value: float) -> float:
        """The score at a value of the scale; of ratio metrics at most about 1e299."""
        return math.exp(min(value, _LARGEST_LOG)) if self.ratio else value

    def error_to_scale(self, error: float, score: float) -> float:
        """A small error of a score, on the scale."""
        return error / score if self.ratio else error

    def loss(self, score: float, reference: float) -> float:
        """How much worse a score is than a reference; negative where it is better."""
        worse, better = (reference, score) if self.maximise else (score, reference)
        return min(worse / better - 1, math.expm1(_LARGEST_LOG)) if self.ratio else worse - better

    def loss_to_scale(self, loss: float) -> float:
        """The difference on the scale between two scores, one of which is worse by this loss."""
        return math.log1p(loss) if self.ratio else loss

    def loss_from_scale(self, difference: float) -> float:
        """The loss between two scores with this difference on the scale."""
        return math.expm1(min(difference, _LARGEST_LOG)) if self.ratio else difference


_UNBOUNDED = (-math.inf, math.inf)
_RANGES = {
    "perplexity": (1.0, math.inf),
    "character-perplexity": (1.0, math.inf),
    **dict.fromkeys(("bits-per-byte", "nll-per-frame", "mse", "mae"), (0.0, math.inf)),
    **dict.fromkeys(
        ("accuracy", "macro-f1", "token-accuracy", "sentence-accuracy", "bleu", "chrf", "recalled", "solved"),
        (0.0, 100.0),
    ),
}
"""The ranges of the built-in metrics, for plans of older versions, which do not state them."""


def metric_range(metric: MetricInfo) -> tuple[float, float]:
    """The least and the largest possible score, or infinities: as the plan states them, or a built-in metric's own."""
    if metric.low is None and metric.high is None:
        return _RANGES.get(metric.name, _UNBOUNDED)
    return (-math.inf if metric.low is None else metric.low, math.inf if metric.high is None else metric.high)


class PlannedTask(_Frozen):
    """A task on a dataset; ``label`` names it in runs and tables. The first metric ranks."""

    label: str
    task: str
    task_version: int
    fields: dict[str, Any]
    dataset: str
    dataset_fields: dict[str, Any]
    fingerprint: str
    counts: dict[str, dict[str, int]]
    """Sizes by split."""
    metrics: tuple[MetricInfo, ...]
    block: str
    """What one row of items is ("a sentence"): the unit that the bootstrap of the test error resamples."""
    chance: float
    """The first metric's score of a predictor that learned nothing; a diverged run is given this score."""
    trivial_loss: float
    """The validation loss of a trivial predictor; the loss of a model that learned something is lower."""
    notes: tuple[str, ...] = ()
    items: Literal["rows", "windows", "lines"] | None = None
    """What the items are, where that says how many a test set has; an older plan does not say."""


class PlannedModel(_Frozen):
    """A row's model: its label, where it comes from, and what the suite overrides for it alone."""

    label: str
    model: str
    family: str
    paper: str
    version: int
    distribution: str
    overrides: dict[str, Any] = Field(default_factory=dict)
    """Recipe fields that the suite sets for this model alone; a note in the table says so."""


class PlannedRun(_Frozen):
    """One run. ``model`` is a model's label, or ``baseline:<name>``, or ``optimum``."""

    id: str
    kind: Kind
    task: str
    model: str
    seed: int | None
    fields: dict[str, Any] = Field(default_factory=dict)
    """The model's resolved hyperparameters."""
    core_params: int | None = None
    params: int | None = None
    adapter: str | None = None
    family: str = ""
    """The family that this pair counts as (an adapter may build only a model's encoder)."""
    estimate_s: float = 0.0
    resolved: dict[str, Any] = Field(default_factory=dict)
    """Every input that affects the numbers; ``id`` is its hash."""


class Skip(_Frozen):
    """A pair that cannot run, and why."""

    task: str
    model: str
    reason: str


class PublishedNumber(_Frozen):
    """A score that others reported on the same data for a task's first metric, and the tolerance for reproducing it."""

    task: str
    who: str
    value: float
    source: str
    row: str | None = None
    """The label of the row that should reproduce it; None if it is only shown beside ours."""
    tolerance: float | None = None
    or_better: bool = False


class Margin(_Frozen):
    """The equivalence margin of a verdict: a smaller loss counts as none. No run depends on it."""

    relative: Annotated[float, Field(ge=0, le=1)] = 0.01
    """As a share of the score, for perplexity or mean squared error."""
    points: Annotated[float, Field(ge=0, le=100)] = 0.5
    """In points of a hundred, for accuracy or BLEU."""


class Plan(_Frozen):
    """``plan.json``: every run and every skip of a suite, decided before anything trains."""

    schema_version: Literal[1] = SCHEMA
    suite: str
    description: str = ""
    harness: str
    numerics: int
    device: str
    seeds: tuple[int, ...]
    core_params: int | None
    budget: dict[str, Any]
    recipe: dict[str, Any]
    tune: dict[str, Any] | None
    """The tuning grid and its rule; None if nothing is tuned, which the board then says."""
    margin: Margin = Margin()
    tasks: tuple[PlannedTask, ...]
    models: tuple[PlannedModel, ...]
    runs: tuple[PlannedRun, ...]
    skips: tuple[Skip, ...]
    published: tuple[PublishedNumber, ...] = ()


class TestError(_Frozen):
    """The sampling error of a score on a finite test set: standard deviation and 95 % interval, by bootstrap."""

    std: float
    low: float
    high: float


class Point(_Frozen):
    """One evaluation in the history of a run. Losses are means over targets."""

    step: int
    positions: int
    train_loss: float
    validation_loss: float
    learning_rate: float


class Record(_Frozen):
    """``runs/<run id>.json``: the inputs, outcome, scores and costs of a run."""

    schema_version: Literal[1] = SCHEMA
    id: str
    kind: Kind
    task: str
    model: str
    seed: int | None
    status: Status
    reason: str | None = None
    metrics: dict[str, float] = Field(default_factory=dict)
    test_error: dict[str, TestError] = Field(default_factory=dict)
    items_sha256: str | None = None
    best_step: int | None = None
    best_validation_loss: float | None = None
    steps: int = 0
    positions: int = 0
    history: tuple[Point, ...] = ()
    core_params: int | None = None
    params: int | None = None
    state_bytes: int | None = None
    adapter: str | None = None
    kernel: str | None = None
    chosen: dict[str, float] = Field(default_factory=dict)
    """The values that tuning chose for this run, by recipe field."""
    signatures: dict[str, str] = Field(default_factory=dict)
    """How a metric was computed, where its name does not say it all (sacreBLEU's signature)."""
    notes: tuple[str, ...] = ()
    wall_s: float = 0.0
    cpu_s: float = 0.0
    train_s: float = 0.0
    positions_per_s: float | None = None
    """Training throughput: sequence positions over the time spent in training steps."""
    peak_bytes: int | None = None
    attempts: int = 1
    resumed: int = 0
    """How often it was resumed from a checkpoint."""
    resolved: dict[str, Any] = Field(default_factory=dict)
    provenance: dict[str, Any] = Field(default_factory=dict)
