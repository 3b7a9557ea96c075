"""The files of a results folder as typed records: ``plan.json`` and ``runs/<run id>.json``. Strict JSON, versioned."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

SCHEMA: Final = 1


class Kind(StrEnum):
    """What a run is for. Only ``train`` runs have seeds that count."""

    TRAIN = "train"
    TUNE = "tune"
    BASELINE = "baseline"
    OPTIMUM = "optimum"


class Status(StrEnum):
    """How a run ended. The first two are outcomes and are never run again; the others are tried again."""

    DONE = "done"
    DIVERGED = "diverged"
    FAILED = "failed"
    TIMEOUT = "timeout"
    OOM = "oom"
    CRASHED = "crashed"

    @property
    def is_outcome(self) -> bool:
        """Whether the run need not be tried again."""
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
    """What a table, and a check of its records, has to know of a metric."""

    name: str
    direction: Literal["min", "max"]
    unit: str = ""
    ratio: bool = False
    low: float | None = None
    """The least possible value; None: it has no bound, or an older plan does not say."""
    high: float | None = None
    asked: bool = False
    """Whether the suite asks for it beside the task's own."""
    sums: PlannedSums | None = None
    """How a plugin's metric is computed, where that is so simple that others can do it without the plugin."""
    statistics: bool = False
    """Whether the items keep a plugin metric's per-item statistics."""

    @model_serializer(mode="wrap")
    def _leave_out_defaults(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Fields that came later are written only where they say something."""
        later = type(self).model_fields.keys() - {"name", "direction", "unit", "ratio"}
        idle = {name for name in later if getattr(self, name) == type(self).model_fields[name].default}
        return {name: value for name, value in handler(self).items() if name not in idle}


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
    """What one row of items is: the unit of the test set's own error."""
    chance: float
    """The first metric of a predictor that learned nothing: what a diverged run scores."""
    trivial_loss: float
    """The validation loss that a model which learned something is below."""
    notes: tuple[str, ...] = ()
    items: Literal["row", "window", "line"] | None = None
    """What one item is, where that says how many a test set has; an older plan does not say."""


class PlannedModel(_Frozen):
    """A row's model: its label, where it comes from, and what the suite overrides for it alone."""

    label: str
    model: str
    family: str
    paper: str
    version: int
    distribution: str
    overrides: dict[str, Any] = Field(default_factory=dict)
    """Recipe fields set for this model alone: marked in the table."""


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
    """Every input that moves the number: ``id`` is its hash."""


class Skip(_Frozen):
    """A pair that cannot run, and why."""

    task: str
    model: str
    reason: str


class PublishedNumber(_Frozen):
    """What others reported on the same data for a task's first metric, and how near is near enough."""

    task: str
    who: str
    value: float
    source: str
    row: str | None = None
    """The row that reproduces it; None: it is shown beside ours."""
    tolerance: float | None = None
    or_better: bool = False


class Margin(_Frozen):
    """What loss a verdict takes for none; no run depends on it."""

    relative: Annotated[float, Field(ge=0, le=1)] = 0.01
    """A share: of a perplexity, of a mean squared error."""
    points: Annotated[float, Field(ge=0, le=100)] = 0.5
    """Of a hundred: of accuracy, of BLEU."""


class Plan(_Frozen):
    """What a suite asks for: everything is decided before anything trains."""

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
    """The grid and its rule; None marks the board untuned."""
    margin: Margin = Margin()
    tasks: tuple[PlannedTask, ...]
    models: tuple[PlannedModel, ...]
    runs: tuple[PlannedRun, ...]
    skips: tuple[Skip, ...]
    published: tuple[PublishedNumber, ...] = ()


class TestError(_Frozen):
    """What the finite test set leaves open: a bootstrap over blocks of items."""

    std: float
    low: float
    high: float


class Point(_Frozen):
    """A line of the history. Losses are means over targets."""

    step: int
    positions: int
    train_loss: float
    validation_loss: float
    learning_rate: float


class Record(_Frozen):
    """The one file that a run leaves."""

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
    """What tuning chose for this run, by recipe field."""
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
    """How often it went on from a checkpoint."""
    resolved: dict[str, Any] = Field(default_factory=dict)
    provenance: dict[str, Any] = Field(default_factory=dict)
