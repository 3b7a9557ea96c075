"""The rule of ids: what a plugin, a recipe or a budget gains later changes no id of a run that exists."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field
from tests.pipeline.conftest import tiny_suite

from rnnbench import ADDED, Dataset, Model, Task
from rnnbench.contract.field_values import field_values, is_added
from rnnbench.discovery import Registry, discover
from rnnbench.plan import draft
from rnnbench.prepare import prepare
from rnnbench.records.run_id import run_id
from rnnbench.records.schema import Kind, Plan, PlannedRun
from rnnbench.submission.validate import fields as checked_fields
from rnnbench.submission.validate import plan as checked_plan
from rnnbench.submission.validate.plan import check_plan
from rnnbench.suite import Budget, Recipe, Tune, read_suite
from rnnbench.suite.base import Shape

LSTM = discover().models["lstm"]
SENTIMENT = discover().tasks["sentiment"]
REVIEWS = discover().datasets["reviews"]
ALWAYS_IN_IDS = Path(__file__).with_name("always_in_ids.json")


@dataclass(frozen=True)
class Inner:
    size: int = 2
    later: float = field(default=1.0, metadata=ADDED)


@dataclass(frozen=True, kw_only=True)
class LaterLSTM(LSTM):  # type: ignore[valid-type, misc]
    """The built-in model as a later version might have it."""

    gate: str = field(default="sigmoid", metadata=ADDED)
    kinds: list[str] = field(default_factory=list, metadata=ADDED)


@dataclass(frozen=True, kw_only=True)
class LaterSentiment(SENTIMENT):  # type: ignore[valid-type, misc]
    stop_words: bool = field(default=False, metadata=ADDED)


@dataclass(frozen=True, kw_only=True)
class LaterReviews(REVIEWS):  # type: ignore[valid-type, misc]
    longest: int | None = field(default=None, metadata=ADDED)


class LaterRecipe(Recipe):
    decay_every: Annotated[int, Field(ge=1), ADDED] = 1


class LaterBudget(Budget):
    rest: Annotated[float, ADDED] = 1.0


class LaterTune(Tune):
    pruned: Annotated[bool, ADDED] = False


def later_registry() -> Registry:
    later = {"lstm": LaterLSTM, "sentiment": LaterSentiment, "reviews": LaterReviews}
    components = (one._replace(value=later.get(one.name, one.value)) for one in discover().components)
    return dataclasses.replace(discover(), components=tuple(components))


def planned(
    folder: Path,
    registry: Registry,
    model: str = "lstm",
    task: str = "{}",
    dataset: str = "",
) -> Plan:
    rows = "train_rows: 200, validation_rows: 40, test_rows: 60"
    text = tiny_suite(models=(model,), tasks=("sentiment",), tune="{learning_rate: [0.003, 0.01]}")
    assert rows in text
    path = folder / "tiny.yaml"
    path.write_text(text.replace(rows, rows + dataset).replace("fields: {}", f"fields: {task}"), encoding="utf-8")
    suite = read_suite(path, registry)
    prepared = {one.label: prepare(one.task, one.dataset, None, folder / "cache") for one in suite.tasks}
    return Plan.model_validate_json(draft(suite, prepared, registry, "cpu").plan.model_dump_json())


def ids(plan: Plan, *kinds: Kind) -> set[str]:
    return {run.id for run in plan.runs if run.kind in (kinds or tuple(Kind))}


def test_plugins_that_gain_fields_plan_the_runs_that_they_planned_before(tmp_path: Path) -> None:
    before = planned(tmp_path, discover())
    assert planned(tmp_path, later_registry()) == before
    spelt_out = planned(
        tmp_path,
        later_registry(),
        model="{model: lstm, fields: {gate: sigmoid, kinds: []}}",
        task="{stop_words: false}",
        dataset=", longest: null",
    )
    assert ids(spelt_out) == ids(before)


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        ({"model": "{model: lstm, fields: {gate: tanh}}"}, (Kind.TRAIN, Kind.TUNE)),
        ({"model": "{model: lstm, fields: {kinds: [a]}}"}, (Kind.TRAIN, Kind.TUNE)),
        ({"task": "{stop_words: true}"}, tuple(Kind)),
        ({"dataset": ", longest: 9"}, tuple(Kind)),
    ],
)
def test_an_added_field_with_another_value_is_in_the_id(
    tmp_path: Path, changed: dict[str, str], kinds: tuple[Kind, ...]
) -> None:
    before, after = planned(tmp_path, later_registry()), planned(tmp_path, later_registry(), **changed)
    assert not ids(before, *kinds) & ids(after, *kinds)
    assert not list(check_plan(after))


def test_an_added_field_within_a_field_is_left_out_too_and_defaults_are_compared_as_ids_are() -> None:
    @dataclass(frozen=True)
    class Outer:
        parts: tuple[Inner, ...] = (Inner(),)
        named: dict[str, Inner] = field(default_factory=lambda: {"a": Inner(later=2.0)})
        count: Any = field(default=1, metadata=ADDED)

    assert field_values(Outer()) == {"parts": [{"size": 2}], "named": {"a": {"size": 2, "later": 2.0}}}
    assert field_values(Outer(count=True))["count"] is True
    assert field_values(Outer(count=1.0))["count"] == 1.0


@pytest.mark.parametrize(
    ("before", "after", "default", "other"),
    [
        (Recipe(batch=8), LaterRecipe(batch=8), {"decay_every": 1}, {"decay_every": 2}),
        (Budget(steps=3), LaterBudget(steps=3), {"rest": 1.0}, {"rest": 0.5}),
        (Tune(), LaterTune(), {"pruned": False}, {"pruned": True}),
    ],
)
def test_a_recipe_a_budget_and_a_grid_leave_added_fields_out(
    before: Shape, after: Shape, default: dict[str, Any], other: dict[str, Any]
) -> None:
    assert after.resolved() == before.resolved()
    assert after.model_copy(update=default).resolved() == before.resolved()
    assert after.model_copy(update=other).resolved() == {**before.resolved(), **other}


def test_a_shape_within_a_shape_leaves_its_own_out() -> None:
    class Outer(Shape):
        inner: LaterBudget = LaterBudget(steps=2)
        own: Annotated[LaterBudget, ADDED] = LaterBudget(steps=1)

    assert Outer().resolved() == {"inner": {"steps": 2}}
    assert Outer(own=LaterBudget(tokens=1)).resolved() == {"inner": {"steps": 2}, "own": {"tokens": 1}}


def test_plans_of_before_are_checked_as_if_they_had_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(tmp_path, discover())
    shapes = {"recipe": LaterRecipe, "budget": LaterBudget, "tune": LaterTune}
    monkeypatch.setattr(checked_fields, "_SCHEMAS", shapes)
    monkeypatch.setattr(checked_plan, "Budget", LaterBudget)
    dumped = plan.model_dump(mode="json")
    assert not list(check_plan(plan))
    assert not list(checked_fields.invalid_free_fields(dumped))

    def trained_with(name: str, **values: Any) -> Plan:
        """The plan, in which the first training run alone has these values, declared nowhere."""
        first = next(run for run in plan.runs if run.kind is Kind.TUNE)
        resolved = {**first.resolved, name: {**first.resolved[name], **values}}
        other = PlannedRun(**{**dict(first), "id": run_id(resolved), "resolved": resolved})
        return plan.model_copy(update={"runs": tuple(other if run is first else run for run in plan.runs)})

    (recipe,) = check_plan(trained_with("recipe", decay_every=2))
    assert "resolved.recipe.decay_every: expected 1 (one recipe for all rows of a table), got 2" in str(recipe)
    (budget,) = check_plan(trained_with("budget", rest=0.5))
    assert "resolved.budget.rest: expected 1.0 (one budget for all rows of a table), got 0.5" in str(budget)


def test_every_field_that_came_later_is_marked_as_added() -> None:
    """The fields of the file are in all ids there are. A new field is none of them: declare it as added."""
    registry = discover()
    kinds: dict[str, dict[str, type[Model] | type[Task] | type[Dataset]]] = {
        "model": dict(registry.models),
        "task": dict(registry.tasks),
        "dataset": dict(registry.datasets),
    }
    found = {
        f"{kind} {name}": [one.name for one in dataclasses.fields(cls) if not is_added(one)]
        for kind, classes in kinds.items()
        for name, cls in classes.items()
        if registry.provider(f"{kind}s", name).distribution == "rnnbench"
    }
    shapes: dict[str, type[Shape]] = {"recipe": Recipe, "budget": Budget, "tune": Tune}
    for name, shape in shapes.items():
        found[name] = [one for one in shape.model_fields if one not in shape.added_defaults()]
    expected = json.loads(ALWAYS_IN_IDS.read_text(encoding="utf-8"))
    assert found == expected, "declare a new field as added; what is new itself gets a line of its own in the file"
