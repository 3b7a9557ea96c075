"""A sound suite is resolved as it is meant."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rnnbench.suite import Budget, Recipe, Suite, SuiteError, Tune, json_schema, read_suite

LEAST = """\
    budget: {steps: 10}
    models: [elman]
    tasks:
      - {task: sentiment, dataset: reviews}
"""

Read = Callable[..., Suite]


def test_what_is_left_out_has_its_default(read: Read) -> None:
    suite = read(LEAST)
    assert (suite.name, suite.description, suite.path) == ("small", "", Path("small.yaml"))
    assert suite.seeds == (0, 1, 2, 3, 4)
    assert suite.budget == Budget(core_params=None, steps=10, tokens=None, epochs=None)
    assert suite.recipe == Recipe()
    assert suite.tune == Tune(learning_rate=(1e-3, 3e-3, 1e-2), share=1 / 3)
    (model,), (task,) = suite.models, suite.tasks
    assert (model.label, model.model.layers, model.recipe_overrides) == ("elman", 2, {})
    assert (task.label, task.budget, task.recipe) == ("sentiment/reviews", suite.budget, suite.recipe)


def test_everything_can_be_said(read: Read) -> None:
    suite = read("""\
        suite: all-of-it.1
        description: two lines
          are one
        seeds: [7, 0, 42]
        budget: {core_params: 30_000, tokens: 1000000}
        tune: {learning_rate: [1, 2.5], share: 1}
        recipe: {schedule: constant, clip: null, batch: 8, patience: 3}
        models:
          - elman
          - {model: elman, label: elman-relu, fields: {nonlinearity: relu, kinds: [a, b], inner_width: 6, rate: 1,
                                                       cell_fields: {deep: [1, {x: null}]}}}
          - model: lstm
            recipe: {dropout: 0.25, clip: 2}
        tasks:
          - task: language-modelling
            dataset: {name: grammar-text, fields: {train_rows: 1000}}
            label: text
            fields: {units: bpe}
            budget: {epochs: 0.5}
            recipe: {batch: 16, weight_decay: 0}
          - {task: sentiment, dataset: reviews, budget: {core_params: null}}
    """)
    assert (suite.name, suite.description, suite.seeds) == ("all-of-it.1", "two lines are one", (7, 0, 42))
    assert suite.tune == Tune(learning_rate=(1.0, 2.5), share=1.0)
    plain, relu, lstm = suite.models
    assert [model.label for model in suite.models] == ["elman", "elman-relu", "lstm"]
    assert (plain.model.nonlinearity, relu.model.nonlinearity) == ("tanh", "relu")
    assert (relu.model.kinds, relu.model.inner_width, relu.model.rate) == (("a", "b"), 6, 1.0)
    assert relu.model.cell_fields == {"deep": [1, {"x": None}]}
    assert lstm.recipe_overrides == {"dropout": 0.25, "clip": 2.0}
    text, sentiment = suite.tasks
    assert (text.label, text.task.units, text.dataset.train_rows) == ("text", "bpe", 1000)
    assert text.budget == Budget(core_params=30000, epochs=0.5)
    assert sentiment.budget == Budget(core_params=None, tokens=1_000_000)
    assert text.recipe == Recipe(schedule="constant", clip=None, batch=16, patience=3, weight_decay=0.0)
    assert text.recipe_for(lstm) == text.recipe.override({"dropout": 0.25, "clip": 2.0})
    assert text.recipe_for(plain) == text.recipe


def test_seeds_of_the_caller_take_the_place_of_the_suites(read: Read) -> None:
    assert read(LEAST, seeds=2).seeds == (0, 1)
    with pytest.raises(SuiteError, match=r"^small.yaml: seeds: got 0, expected at least one$"):
        read(LEAST, seeds=0)


@pytest.mark.parametrize("word", ["none", "null", "~"])
def test_tuning_can_be_turned_off(read: Read, word: str) -> None:
    assert read(LEAST + f"    tune: {word}\n").tune is None


def test_a_suite_is_frozen(read: Read) -> None:
    suite = read(LEAST)
    for record, name in [(suite, "name"), (suite.recipe, "batch"), (suite.budget, "steps"), (suite.tasks[0], "label")]:
        with pytest.raises((AttributeError, ValueError), match=r"frozen|cannot assign"):
            setattr(record, name, 1)


def test_budgets_override_the_unit_as_a_whole() -> None:
    suite = Budget(core_params=10, steps=5)
    assert suite.override(Budget(tokens=7)) == Budget(core_params=10, tokens=7)
    assert suite.override(Budget(core_params=3)) == Budget(core_params=3, steps=5)
    assert suite.override(Budget()) == suite


def test_the_schema_knows_every_key() -> None:
    schema = json_schema()
    assert set(schema["properties"]) == {
        "suite",
        "description",
        "seeds",
        "budget",
        "tune",
        "limits",
        "margin",
        "recipe",
        "models",
        "tasks",
        "published",
    }
    assert schema["required"] == ["budget", "models", "tasks"]
    assert set(schema["$defs"]["Recipe"]["properties"]) == set(Recipe.model_fields)
    assert {"type": "string"} in schema["properties"]["models"]["items"]["anyOf"]
    assert all(not part.get("additionalProperties") for part in schema["$defs"].values())


def test_reading_a_suite_imports_neither_torch_nor_data_libraries() -> None:
    code = "import sys, rnnbench.suite; print({'torch', 'datasets', 'evaluate', 'pandas', 'numpy'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"


def test_reading_twice_gives_the_same(read: Read, registry: object) -> None:
    assert read(LEAST) == read_suite(Path("small.yaml"), registry)
