"""The suites that come with the project, and quick.yaml as the reference of the format."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from rnnbench.discovery import discover
from rnnbench.suite import Recipe, json_schema, read_suite

SUITES = sorted((Path(__file__).parents[2] / "suites").glob("*.yaml"))
ANCHORS = sorted((Path(__file__).parents[2] / "suites" / "anchors").glob("*.yaml"))
CLASSIC = {"elman", "jordan", "lstm", "gru", "bidirectional", "attention-seq2seq", "transformer"}
QUICK = Path(__file__).parents[2] / "suites" / "quick.yaml"


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_a_suite_of_ours_is_sound(path: Path) -> None:
    suite = read_suite(path, discover())
    assert suite.name == path.stem
    assert suite.description
    assert {model.model.name for model in suite.models} >= CLASSIC
    assert all(task.budget.core_params for task in suite.tasks)


@pytest.mark.parametrize("path", ANCHORS, ids=lambda path: path.stem)
def test_an_anchor_of_ours_is_sound(path: Path) -> None:
    suite = read_suite(path, discover())
    assert suite.name == path.stem
    assert suite.description
    assert suite.published


def test_the_language_and_forecasting_suites_need_no_download() -> None:
    for name in ("quick", "nlp", "modern", "forecasting"):
        assert all(task.dataset.embedded for task in read_suite(QUICK.with_stem(name), discover()).tasks)


def test_quick_explains_every_key_that_a_suite_may_hold() -> None:
    keys = set(re.findall(r"([a-z][a-z_0-9]*):", QUICK.read_text(encoding="utf-8")))
    schema = json_schema()
    known = set(schema["properties"]).union(*(part["properties"] for part in schema["$defs"].values()))
    words = set(re.findall(r"\w+", QUICK.read_text(encoding="utf-8")))
    assert known - keys <= {"tokens", "epochs", "seconds", "name"}
    assert known <= words


def test_quick_states_the_defaults_of_the_recipe_as_they_are() -> None:
    text = QUICK.read_text(encoding="utf-8")
    block = text[text.index("\nrecipe:") : text.index("\nmodels:")]
    stated = {}
    for name, value, comment in re.findall(r"^  (?:# )?(\w+): +(\S+) *(.*)$", block, re.MULTILINE):
        default = re.search(r"[Dd]efault (\S+)", comment)
        stated[name] = YAML(typ="safe", pure=True).load(default[1] if default else value)
    assert stated == Recipe().model_dump()
