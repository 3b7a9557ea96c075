"""The layout of a suite file: which keys it may hold, and what may stand at each."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from rnnbench.suite.base import Shape
from rnnbench.suite.budget import Budget
from rnnbench.suite.limits import Limits
from rnnbench.suite.margin import Margin
from rnnbench.suite.metrics import EvaluateEntry
from rnnbench.suite.recipe import Recipe
from rnnbench.suite.tuning import Tune

SUITE_NAME = r"^[a-z0-9][a-z0-9._-]{0,99}$"


def _seeds(value: object) -> object:
    """N stands for 0..N-1."""
    if isinstance(value, bool) or not isinstance(value, int | list):
        raise ValueError("expected a number of seeds, or a list of seeds")  # noqa: TRY004  pydantic notes ValueErrors
    if isinstance(value, list):
        return tuple(value)
    if not 1 <= value <= 1000:
        raise ValueError("expected 1 to 1000 seeds")
    return tuple(range(value))


def _distinct(seeds: tuple[int, ...]) -> tuple[int, ...]:
    if not seeds or len(set(seeds)) < len(seeds):
        raise ValueError("expected at least one seed, and no seed twice")
    return seeds


def _label(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("expected a line of printable text without blanks around it")
    if text == "optimum" or text.startswith("baseline:"):
        raise ValueError("the table's own rows are called that, expected another label")
    return text


def _key_for(name: str) -> BeforeValidator:
    """A bare word in place of a mapping with that word at ``name``."""
    return BeforeValidator(
        lambda value: {name: value} if isinstance(value, str) else value, json_schema_input_type=str | dict[str, Any]
    )


def _none(value: object) -> object:
    if isinstance(value, str) and value != "none":
        raise ValueError("expected none, or a grid: {learning_rate: [...], share: ...}")
    return None if value == "none" else value


_Name = Annotated[str, Field(min_length=1, max_length=200)]
_Label = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_label)]
_Seed = Annotated[int, Field(ge=0, lt=2**31)]
_Fields = Annotated[dict[str, Any], Field(default_factory=dict)]
_Untuned = BeforeValidator(_none, json_schema_input_type=Tune | Literal["none"] | None)


class ModelEntry(Shape):
    """A row of every table: a model plugin, its hyperparameters, and what it alone trains with."""

    model: _Name
    label: _Label | None = None
    fields: _Fields
    recipe: Recipe = Recipe()


class DatasetEntry(Shape):
    """A dataset plugin and its options."""

    name: _Name
    fields: _Fields


class TaskEntry(Shape):
    """A table: a task plugin on a dataset, with its options and what differs from the suite's budget and recipe."""

    task: _Name
    dataset: Annotated[DatasetEntry, _key_for("name")]
    label: _Label | None = None
    fields: _Fields
    metrics: Annotated[list[Any], Field(default_factory=list)]
    """Metrics beside the task's own: names of those that are installed, or ``evaluate`` modules."""
    rank_by: _Name | None = None
    """Which metric ranks; by default the task's first one."""
    budget: Budget = Budget()
    recipe: Recipe = Recipe()


class PublishedEntry(Shape):
    """A number that others published for a task's first metric. No run depends on it."""

    task: _Name
    """A table of this suite, by its label."""
    who: _Name
    """What was measured, in the words of the source."""
    value: float
    source: _Name
    row: _Name | None = None
    """The row that reproduces it; None: it is only shown under the table."""
    tolerance: Annotated[float, Field(ge=0)] | None = None
    """How far the row's mean may be from it, on either side."""
    or_better: bool = False
    """Whether the row may be better by any amount."""


class SuiteFile(Shape):
    """The keys at the top.

    Entries of ``models``, ``tasks`` and ``published`` are checked one by one, so that a mistake in one hides none
    in another.
    """

    suite: Annotated[str, Field(pattern=SUITE_NAME)] | None = None
    description: str = ""
    seeds: Annotated[
        tuple[_Seed, ...], BeforeValidator(_seeds, json_schema_input_type=int | list[int]), AfterValidator(_distinct)
    ] = (0, 1, 2, 3, 4)
    budget: Budget
    tune: Annotated[Tune | None, _Untuned] = Tune()
    limits: Limits = Limits()
    margin: Margin = Margin()
    recipe: Recipe = Recipe()
    models: list[Any]
    tasks: Annotated[list[Any], Field(min_length=1)]
    published: Annotated[list[Any], Field(default_factory=list)]


class _WholeTask(TaskEntry):
    """A table with its metrics, for the schema."""

    metrics: Annotated[list[str | EvaluateEntry], Field(default_factory=list)]


class _Whole(SuiteFile):
    """The file with its entries, for its schema."""

    models: list[str | ModelEntry]
    tasks: Annotated[list[_WholeTask], Field(min_length=1)]
    published: Annotated[list[PublishedEntry], Field(default_factory=list)]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a suite file, for editors; what plugins add is checked only when a suite is read."""
    return _Whole.model_json_schema()
