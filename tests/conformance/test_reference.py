"""The reference is the code's: up to date, and nothing public is without a word."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

import rnnbench
import rnnbench.conformance
from rnnbench.contract import hooks

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generator():
    return runpy.run_path(str(DOCS / "generate_reference.py"))


def test_the_page_is_what_the_code_says(generator):
    page = (DOCS / "reference.md").read_text(encoding="utf-8")
    assert page == generator["reference"](), "run: python docs/generate_reference.py"


def test_every_hook_and_public_name_has_its_entry():
    page = (DOCS / "reference.md").read_text(encoding="utf-8")
    names = {name for name in vars(hooks) if name.startswith("rnnbench_")} | set(rnnbench.conformance.__all__)
    names |= {name for name in rnnbench.__all__ if not name.startswith("_")} | {"Record", "Plan", "PlannedRun"}
    assert not [name for name in sorted(names) if f"### `{name}`" not in page and f"### `{name}(" not in page]


def test_a_name_without_a_docstring_is_refused(generator, monkeypatch):
    monkeypatch.setattr(hooks.rnnbench_models, "__doc__", None)
    with pytest.raises(generator["Undocumented"], match="no docstring: rnnbench_models"):
        generator["reference"]()
