"""The README says nothing that a record does not show, and its example works."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import torch

from rnnbench.contract.models import Model, Role
from rnnbench.discovery import discover
from rnnbench.network.network import build_network

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_figure_of_the_board_comes_from_the_published_records() -> None:
    updated = runpy.run_path(str(ROOT / "docs" / "update_readme.py"))["updated"]
    assert updated(README) == README, "run: python docs/update_readme.py"
    block = README.partition("<!-- board: results/published/nlp -->")[2].partition("<!-- end of board -->")[0]
    assert block.count("\n") > 8


def test_every_link_leads_to_a_file() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def test_the_example_model_trains_in_every_role_that_adapters_give_it() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, Any] = {"__name__": "readme"}
    exec(compile(code, "README.md", "exec", dont_inherit=True), names)
    (model,) = names["rnnbench_models"]()
    assert issubclass(model, Model)
    sentiment = discover().tasks["sentiment"]()
    encoding = {"vocabulary": [f"w{index}" for index in range(9)], "labels": ["no", "yes"]}
    network = build_network(model(width=6), Role.ENCODER, sentiment.input(encoding), sentiment.output(encoding), 5, 0.0)
    y, summary = network.body(torch.randn(2, 4, 5), torch.tensor([4, 2]))
    assert (y.shape, summary.shape) == ((2, 4, 5), (2, 5))


def test_every_command_of_the_readme_is_one_of_the_command_line() -> None:
    from rnnbench.cli.main import commands

    named = set(re.findall(r"^rnnbench ([\w-]+)", README, re.MULTILINE))
    assert named
    assert named <= set(commands.commands)
