"""The options of the command line are a promise: this test freezes them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.pipeline.conftest import Rnnbench

from rnnbench.cli.listing import description, listing
from rnnbench.cli.main import commands
from rnnbench.discovery import KINDS

OPTIONS = {
    "run": {"suites", "out", "device", "jobs", "executor", "data_dir", "only", "seeds", "dry_run", "fresh"},
    "list": {"kind", "as_json"},
    "show": {"name", "width"},
    "leaderboard": {"folders", "form", "output"},
    "site": {"source", "output"},
    "plot": {"source", "output", "form"},
    "compare": {"first", "second"},
    "validate": {"path", "data_dir", "plugins"},
    "verify": {"record", "data_dir", "device", "yes", "sign_as"},
    "merge": {"folders", "output"},
    "export": {"folder", "form", "output", "hub_ids"},
    "check": {"name"},
    "new-plugin": {"kind", "name", "output"},
    "data": set(),
}


def test_commands_and_options_are_those_promised() -> None:
    assert {
        name: {parameter.name for parameter in command.params} for name, command in commands.commands.items()
    } == OPTIONS


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["leaderboard", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom rnnbench.cli import main\n"
        f"sys.argv[1:] = {arguments!r}\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "heavy = {'torch', 'datasets', 'evaluate', 'pandas', 'scipy', 'rnnbench_models'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


def test_list_names_everything_with_its_origin(rnnbench: Rnnbench) -> None:
    done = rnnbench("list", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {"elman", "jordan", "lstm", "gru", "bidirectional", "attention-seq2seq", "transformer"} <= {
        model["name"] for model in found["models"]
    }
    assert {"language-modelling", "sentiment", "translation", "forecasting"} <= {
        task["name"] for task in found["tasks"]
    }
    assert {"grammar-text", "wikitext-2", "sst2", "multi30k-en-de", "etth1"} <= {
        data["name"] for data in found["datasets"]
    }
    assert {plugin["name"]: plugin["error"] for plugin in found["plugins"]} == {
        "rnnbench[models]": None,
        "rnnbench[executors]": None,
        "rnnbench[modern]": None,
        "rnnbench[tasks]": None,
    }
    assert "perplexity" in {metric["name"] for metric in found["metrics"]}
    assert [executor["name"] for executor in found["executors"]] == ["local"]
    assert all(thing["origin"].startswith("rnnbench[") for kind in KINDS for thing in found[kind])


def test_executors_and_metrics_are_listed_and_shown_alone() -> None:
    assert listing("executors", as_json=False).startswith("executors:\n  local  ")
    assert description("local").startswith("local: an executor of rnnbench[executors]")
    assert description("perplexity").startswith("perplexity: a metric of rnnbench[metrics]")


def test_show_gives_paper_fields_defaults_and_equations(rnnbench: Rnnbench) -> None:
    done = rnnbench("show", "lstm")
    assert done.returncode == 0, done.stderr
    for expected in ("Hochreiter", "layers", "= 2", "rnnbench[models]", "causal", "recurrent"):
        assert expected in done.stdout


def test_a_plugin_that_cannot_be_imported_is_listed_with_its_cause(rnnbench: Rnnbench, tmp_path) -> None:
    metadata = tmp_path / "site" / "broken-2.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 2.0\n")
    (metadata / "entry_points.txt").write_text("[rnnbench]\nmodels = nowhere_at_all\n")
    done = rnnbench("list", "plugins", PYTHONPATH=str(tmp_path / "site"))
    assert "broken[models]" in done.stdout
    assert "could not be loaded: ModuleNotFoundError: No module named 'nowhere_at_all'" in done.stdout
