"""A user's mistakes come back as lines: all of them, in the order of the file, each with its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnbench.discovery import Component, Plugin, Registry
from rnnbench.suite import SuiteError, read_suite

Mistakes = Callable[..., list[str]]

SOUND = """\
budget: {steps: 10}
tune: none
models: [elman]
tasks:
  - {task: sentiment, dataset: reviews}
"""


def test_all_mistakes_come_at_once_with_line_column_field_and_nearest_match(mistakes: Mistakes) -> None:
    assert mistakes("""\
        siute: quick
        seeds: [0, 0, x]
        budget: {steps: 1e3, core_parms: 1}
        recipe: {optimizer: adam, learning_rate: fast, clip: -1}
        models:
          - lstn
          - {model: elman, fields: {nonlinearity: tan, layer: 2, inner_width: 2.5, rate: -1, kinds: [a, 1]}}
          - {model: elman, fields: {layers: 0}}
          - {modle: elman}
        tasks:
          - task: language-modelling
            dataset: reviews
            fields: {units: word}
            fields: {units: words}
          - sentiment
    """) == [
        (
            "small.yaml:1:1: siute: unknown field (did you mean 'suite'?), expected one of suite, description, seeds, "
            "budget, tune, limits, margin, recipe, models, tasks, published"
        ),
        "small.yaml:2:15: seeds[2]: got 'x', expected a whole number",
        "small.yaml:3:17: budget.steps: got 1000.0, expected a whole number without point or exponent: 1000",
        (
            "small.yaml:3:22: budget.core_parms: unknown field (did you mean 'core_params'?), expected one of "
            "core_params, steps, tokens, epochs, seconds"
        ),
        "small.yaml:4:21: recipe.optimizer: got 'adam' (did you mean 'adamw'?), expected 'adamw' or 'sgd'",
        "small.yaml:4:42: recipe.learning_rate: got 'fast', expected a number",
        "small.yaml:4:54: recipe.clip: got -1, expected a number greater than 0",
        (
            "small.yaml:6:5: models[0].model: no model is named 'lstn' (did you mean 'lstm'?); expected one of elman, "
            "lstm, unreadable"
        ),
        "small.yaml:7:43: models[1].fields.nonlinearity: got 'tan' (did you mean 'tanh'?), expected 'tanh' or 'relu'",
        (
            "small.yaml:7:48: models[1].fields.layer: unknown field of 'elman' (did you mean 'layers'?), expected one "
            "of width, layers, dropout, nonlinearity, inner_width, kinds, rate, cell_fields"
        ),
        "small.yaml:7:71: models[1].fields.inner_width: got 2.5, expected a whole number",
        "small.yaml:7:82: models[1].fields.rate: got -1, expected a number greater than 0 or 'auto'",
        "small.yaml:7:97: models[1].fields.kinds[1]: got 1, expected text",
        "small.yaml:8:5: models[2]: 'elman' already names the entry in line 7, expected a label of its own",
        "small.yaml:8:37: models[2].fields.layers: 'elman' refuses it: layers is 0, expected at least 1",
        "small.yaml:9:5: models[3].model: required, but not given",
        (
            "small.yaml:9:6: models[3].modle: unknown field (did you mean 'model'?), expected one of model, label, "
            "fields, recipe"
        ),
        (
            "small.yaml:12:14: tasks[0].dataset: 'reviews' has rows of LabelledText, but 'language-modelling' asks for "
            "TextLine, expected one of grammar-text"
        ),
        (
            "small.yaml:13:21: tasks[0].fields.units: got 'word' (did you mean 'words'?), expected 'words', "
            "'characters' or 'bpe'"
        ),
        "small.yaml:14:5: tasks[0].fields: given twice, first in line 13",
        "and 1 more",
    ]


def test_a_suite_of_the_wrong_shape_is_one_line(mistakes: Mistakes) -> None:
    assert mistakes("- lstm\n") == ["small.yaml:1:1: got ['lstm'], expected a mapping, field: value"]


def test_what_is_required_is_named(mistakes: Mistakes) -> None:
    assert mistakes("suite: quick\ntasks: []\n") == [
        "small.yaml:1:1: budget: required, but not given",
        "small.yaml:1:1: models: required, but not given",
        "small.yaml:2:8: tasks: got [], expected at least 1",
    ]


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("suite: Two Words", "suite: got 'Two Words', expected a name of a-z, 0-9, dots, hyphens and underscores"),
        ("suite: ../elsewhere", "suite: got '../elsewhere', expected a name of a-z, 0-9, dots, hyphens"),
        ("seeds: 0", "seeds: got 0, expected 1 to 1000 seeds"),
        ("seeds: 1000000000", "seeds: got 1000000000, expected 1 to 1000 seeds"),
        ("seeds: true", "seeds: got true, expected a number of seeds, or a list of seeds"),
        ("seeds: [1, 1]", "seeds: got [1, 1], expected at least one seed, and no seed twice"),
        ("seeds: []", "seeds: got [], expected at least one seed"),
        ("seeds: [-1]", "seeds[0]: got -1, expected a number greater than or equal to 0"),
        ("description: [a]", "description: got ['a'], expected text"),
        ("recipe: {dropout: 1}", "recipe.dropout: got 1, expected a number less than 1"),
        ("recipe: {batch: true}", "recipe.batch: got true, expected a whole number"),
        ("recipe: {batch: 3e1}", "recipe.batch: got 30.0, expected a whole number without point or exponent: 30"),
        ("recipe: {learning_rate: .inf}", "recipe.learning_rate: got .inf, expected a finite number"),
        ("recipe: null", "recipe: got null, expected a mapping, field: value"),
        ("recipe: {momentum: 0.9}", "recipe.momentum: changes nothing here, expected with optimizer: sgd"),
        (
            "recipe: {teacher_forcing: 0.5}",
            "recipe.teacher_forcing: changes nothing here, expected with a task of translation (role seq2seq)",
        ),
        ("recipe: {plateau_factor: 2}", "recipe.plateau_factor: changes nothing here, expected with schedule: plateau"),
    ],
)
def test_a_wrong_value_at_the_top(mistakes: Mistakes, line: str, mistake: str) -> None:
    (found, *more) = mistakes(SOUND + line + "\n")
    assert found.partition(": ")[0].startswith("small.yaml:6:")
    assert found.partition(": ")[2].startswith(mistake)
    assert not [line for line in more if ".inf" not in found]


@pytest.mark.parametrize(
    ("tune", "mistake"),
    [
        ("auto", "tune: got 'auto', expected none, or a grid: {learning_rate: [...], share: ...}"),
        ("{learning_rate: [1e-3]}", "tune.learning_rate: got [0.001], expected at least 2"),
        ("{learning_rate: [1e-3, 1e-3]}", "tune.learning_rate: got [0.001, 0.001], expected rates that differ"),
        ("{learning_rate: 1e-3}", "tune.learning_rate: got 0.001, expected a list"),
        ("{share: 0}", "tune.share: got 0, expected a number greater than 0"),
        ("{rates: [1, 2]}", "tune.rates: unknown field, expected one of learning_rate, share"),
    ],
)
def test_a_wrong_grid(mistakes: Mistakes, tune: str, mistake: str) -> None:
    (found,) = mistakes(SOUND.replace("tune: none", f"tune: {tune}"))
    assert found.partition(": ")[2].startswith(mistake)


@pytest.mark.parametrize("place", ["", "  - {model: lstm, RECIPE}", "task"])
def test_a_learning_rate_is_fixed_or_tuned_but_not_both(mistakes: Mistakes, place: str) -> None:
    text = SOUND.replace("tune: none\n", "").replace("[elman]", "\n  - elman")
    recipe = "recipe: {learning_rate: 1}"
    if place == "":
        text += recipe
    elif place == "task":
        text = text.replace("dataset: reviews", f"dataset: reviews, {recipe}")
    else:
        text = text.replace("  - elman", place.replace("RECIPE", recipe))
    (found,) = mistakes(text)
    assert found.endswith("learning_rate: is taken from the tuning grid, expected this or tuning (tune: none)")


@pytest.mark.parametrize(
    ("budget", "mistake"),
    [
        ("{core_params: 5}", "small.yaml:1:9: budget: has no end, expected one of steps, tokens, epochs and seconds"),
        (
            "{steps: 5, epochs: 1.5}",
            "small.yaml:1:9: budget: has steps and epochs, expected one of steps, tokens, epochs and seconds",
        ),
        ("{steps: 0}", "small.yaml:1:17: budget.steps: got 0, expected a number greater than or equal to 1"),
        ("5", "small.yaml:1:9: budget: got 5, expected a mapping, field: value"),
    ],
)
def test_a_budget_ends_in_one_way(mistakes: Mistakes, budget: str, mistake: str) -> None:
    assert mistakes(SOUND.replace("{steps: 10}", budget)) == [mistake]


def test_a_tasks_budget_ends_in_one_way_too(mistakes: Mistakes) -> None:
    text = SOUND.replace("dataset: reviews", "dataset: reviews, budget: {tokens: 3, epochs: 1}")
    assert mistakes(text) == [
        "small.yaml:5:49: tasks[0].budget: has tokens and epochs, expected one of steps, tokens, epochs and seconds"
    ]


def test_a_width_is_set_by_the_budget_or_by_the_suite(mistakes: Mistakes, read: Callable[..., object]) -> None:
    text = SOUND.replace("[elman]", "[{model: elman, fields: {width: 8}}]")
    read(text)
    assert mistakes(text.replace("{steps: 10}", "{steps: 10, core_params: 1000}")) == [
        "small.yaml:3:34: models[0].fields.width: is set by the budget's core_params, expected one of the two"
    ]


def test_overrides_that_change_nothing_are_refused_only_where_they_never_would(
    mistakes: Mistakes, read: Callable[..., object]
) -> None:
    text = SOUND.replace("[elman]", "[{model: elman, recipe: {momentum: 0.5}}]")
    assert mistakes(text) == [
        "small.yaml:3:34: models[0].recipe.momentum: changes nothing here, expected with optimizer: sgd"
    ]
    read(text + "  - {task: sentiment, dataset: reviews, label: b, recipe: {optimizer: sgd}}\n")
    read(text.replace("momentum", "optimizer: sgd, momentum"))


def test_the_embedding_is_one_for_all_models(mistakes: Mistakes) -> None:
    (found,) = mistakes(SOUND.replace("[elman]", "[{model: elman, recipe: {embedding: 8}}]"))
    assert found.startswith("small.yaml:3:34: models[0].recipe.embedding: one width for all models")


@pytest.mark.parametrize(
    ("label", "mistake"),
    [
        ("optimum", "got 'optimum', the table's own rows are called that, expected another label"),
        ("baseline:mine", "got 'baseline:mine', the table's own rows are called that, expected another label"),
        ('"a\\nb"', r"got 'a\nb', expected a line of printable text without blanks around it"),
        ('" a"', "got ' a', expected a line of printable text without blanks around it"),
        ('""', "got '', expected at least 1 letter"),
    ],
)
def test_labels_can_be_printed_and_are_not_the_tables_own(mistakes: Mistakes, label: str, mistake: str) -> None:
    (found,) = mistakes(SOUND.replace("[elman]", f"[{{model: elman, label: {label}}}]"))
    assert found == f"small.yaml:3:32: models[0].label: {mistake}"


def test_a_label_names_one_entry(mistakes: Mistakes) -> None:
    text = SOUND.replace("[elman]", "[elman, {model: lstm, label: elman}]")
    text += "  - {task: sentiment, dataset: reviews}\n"
    assert mistakes(text) == [
        "small.yaml:3:38: models[1].label: 'elman' already names the entry in line 3, expected a label of its own",
        "small.yaml:6:5: tasks[1]: 'sentiment/reviews' already names the entry in line 5, expected a label of its own",
    ]


def test_a_plugins_own_refusal_is_told_at_the_field_that_it_names_or_at_the_entry(mistakes: Mistakes) -> None:
    assert mistakes(SOUND.replace("[elman]", "[{model: elman, fields: {layers: 0, dropout: 0}}]")) == [
        "small.yaml:3:42: models[0].fields.layers: 'elman' refuses it: layers is 0, expected at least 1"
    ]
    assert mistakes(SOUND.replace("[elman]", "[{model: elman, fields: {width: 3}}]")) == [
        "small.yaml:3:10: models[0]: 'elman' refuses it: an odd size is of no use"
    ]


def test_a_plugins_own_trouble_is_a_line_and_no_traceback(mistakes: Mistakes) -> None:
    assert mistakes(SOUND.replace("[elman]", "[unreadable, {model: elman, fields: {dropout: 3}}]")) == [
        (
            "small.yaml:3:10: models[0]: the types of 'unreadable' cannot be read: "
            "NameError: name 'Nowhere' is not defined"
        ),
        "small.yaml:3:22: models[1]: 'elman' refuses it: RuntimeError: a plugin's own trouble in two lines",
    ]


def test_a_name_that_a_broken_plugin_may_provide_says_so(mistakes: Mistakes, registry: Registry) -> None:
    broken = Plugin("lab", "1", "cells", "lab.cells", "ImportError: no module named 'kernels'")
    kept = tuple(one for one in registry.components if one.kind != "tasks")
    lacking = replace(registry, plugins=(*registry.plugins, broken), components=kept)
    assert mistakes(SOUND.replace("elman", "mamba"), registry=lacking) == [
        (
            "small.yaml:3:10: models[0].model: no model is named 'mamba'; could not be loaded, and may have it: "
            "lab[cells] (ImportError: no module named 'kernels'); expected one of elman, lstm, unreadable"
        ),
        (
            "small.yaml:5:12: tasks[0].task: no task is named 'sentiment'; could not be loaded, and may have it: "
            "lab[cells] (ImportError: no module named 'kernels'); no task is installed"
        ),
    ]


def test_a_suggestion_stands_before_a_list_that_is_cut_off(mistakes: Mistakes, registry: Registry) -> None:
    plugin = registry.plugins[0]
    many = [Component("models", f"cell-{number:03}", registry.models["elman"], plugin) for number in range(99)]
    full = replace(registry, components=(*registry.components, *many))
    (line,) = mistakes(SOUND.replace("elman", "lstn"), registry=full)
    assert line.startswith("small.yaml:3:10: models[0].model: no model is named 'lstn' (did you mean 'lstm'?)")
    assert line.endswith("...")


def test_a_file_whose_name_names_no_suite_must_name_one(registry: Registry, tmp_path: Path) -> None:
    path = tmp_path / "My Suite.yaml"
    path.write_text(SOUND)
    with pytest.raises(SuiteError, match=r"suite: required, for the file's name, 'My Suite', is no name for a suite"):
        read_suite(path, registry)
    path.write_text("suite: mine\n" + SOUND)
    assert read_suite(path, registry).name == "mine"


FRAGMENTS = st.sampled_from(
    [
        "",
        "null",
        "{}",
        "[]",
        "-1",
        "1e999",
        ": ",
        "- ",
        "'",
        "&a ",
        "*a",
        "!!x ",
        "\t",
        "\n  ",
        "steps",
        "\x85",
        "[{",
        "9" * 30,
    ]
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_mangled_suite_is_read_or_refused_in_lines(registry: Registry, tmp_path: Path, data: st.DataObject) -> None:
    text = SOUND + "recipe: {batch: 4}\nseeds: [1, 2]\n"
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 12)))
        text = text[:start] + data.draw(FRAGMENTS) + text[end:]
    path = tmp_path / "mangled.yaml"
    path.write_bytes(text.encode())
    try:
        read_suite(path, registry)
    except SuiteError as error:
        lines = str(error).split("\n")
        assert 1 <= len(lines) <= 21
        assert all(line.startswith((f"{path}:", "and ")) and line.isprintable() for line in lines)
