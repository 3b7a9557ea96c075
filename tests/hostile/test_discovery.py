"""Plugins that cannot be loaded are listed with their cause in any order, and stop only a suite that names them."""

from __future__ import annotations

import os
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from tests.hostile.conftest import Run, suite

from rnnbench import Dataset, Family, Model, Task, hookimpl
from rnnbench.discovery import Plugin, Registry, entry_points, register
from rnnbench.suite import SuiteError, read_suite


def model(called: str, **declared: Any) -> type[Model]:
    fields = {"name": called, "paper": "", "family": Family.OTHER, "roles": frozenset(), "build": lambda *_: None}
    return type("Made", (Model,), {**fields, **declared})


@dataclass
class Point:
    """An entry point as ``importlib.metadata`` gives it, of a module that is made when it is loaded."""

    dist: Any
    make: Callable[[], dict[str, Any]]
    name: str = "plugin"

    @property
    def value(self) -> str:
        return self.dist.name.replace("-", "_")

    def load(self) -> ModuleType:
        module = ModuleType(self.value)
        vars(module).update(self.make())
        return module


def point(distribution: str, make: Callable[[], dict[str, Any]]) -> Point:
    return Point(SimpleNamespace(name=distribution, version="1"), make)


def found(distribution: str, make: Callable[[], dict[str, Any]]) -> tuple[Plugin, Any]:
    made = point(distribution, make)
    return Plugin(distribution, "1", made.name, made.value), made


def yielding(hook: str, *things: Any) -> Callable[[], dict[str, Any]]:
    def function() -> Any:
        return things

    function.__name__ = hook
    return lambda: {hook: hookimpl(function)}


def raising(error: BaseException) -> Callable[[], dict[str, Any]]:
    def make() -> dict[str, Any]:
        raise error

    return make


def failing() -> dict[str, Any]:
    @hookimpl
    def rnnbench_models() -> Iterator[type[Model]]:
        yield model("half")
        raise KeyError("kernels")

    return {"rnnbench_models": rnnbench_models}


POINTS = {
    "rnnbench": (yielding("rnnbench_models", model("elman"), model("lstm")), None),
    "sound": (yielding("rnnbench_models", model("mamba")), None),
    "absent": (raising(ModuleNotFoundError("No module named 'nowhere'")), "ModuleNotFoundError: No module named 'now"),
    "aloud": (raising(SyntaxError("invalid\nsyntax")), "SyntaxError: invalid syntax"),
    "leaving": (raising(SystemExit(0)), "SystemExit: 0"),
    "half": (failing, "KeyError: 'kernels'"),
    "idle": (dict, "implements no hook; expected one or more of rnnbench_models"),
    "misspelt": (
        yielding("rnnbench_modles", model("s4")),
        "no hook is named 'rnnbench_modles' (did you mean 'rnnbench_models'?), only ",
    ),
    "undecorated": (
        lambda: {"rnnbench_run_finished": lambda record: None},
        "rnnbench_run_finished is not decorated: add @hookimpl from rnnbench",
    ),
    "half-decorated": (
        lambda: {**yielding("rnnbench_tasks")(), "rnnbench_models": lambda: [model("s4")]},
        "rnnbench_models is not decorated: add @hookimpl from rnnbench",
    ),
    "no-function": (lambda: {"rnnbench_models": list}, "rnnbench_models is not decorated: add @hookimpl from rnnbench"),
    "no-such-argument": (
        lambda: {"rnnbench_run_finished": hookimpl(lambda rec: None)},
        "PluginValidationError: Plugin 'no-such-argument[plugin]' for hook 'rnnbench_run_finished'",
    ),
    "taker": (yielding("rnnbench_models", model("s5"), model("lstm")), "model 'lstm' is already provided by rnnbench["),
    "runner": (yielding("rnnbench_executors", ("local", dict)), "executor 'local' is already provided by rnnbench["),
    "twice": (yielding("rnnbench_models", model("a"), model("a")), "rnnbench_models yields 'a' twice"),
    "nameless": (yielding("rnnbench_models", model("")), "rnnbench_models yields .*, which has no name that can be"),
    "escaping": (
        yielding("rnnbench_models", model("\x1b[2J")),
        "rnnbench_models yields .*, which has no name that can",
    ),
    "foreign": (yielding("rnnbench_models", SimpleNamespace(name="x")), "model 'x' is .*, expected a subclass of rnnb"),
    "bare": (
        yielding("rnnbench_models", type("Bare", (Model,), {"name": "bare", "roles": frozenset()})),
        "model 'bare' declares no paper, family, expected by rnnbench.Model",
    ),
    "rowless": (
        yielding("rnnbench_datasets", type("Rowless", (Dataset,), {"name": "d", "description": "", "licence": ""})),
        "dataset 'd' declares no rows, expected by rnnbench.Dataset",
    ),
    "scoreless": (
        yielding("rnnbench_tasks", type("Scoreless", (Task,), {"name": "t", "role": "", "rows": tuple, "block": ""})),
        "task 't' declares no metrics, expected by rnnbench.Task",
    ),
    "one-of-two": (yielding("rnnbench_models", model("rwkv")), None),
    "other-of-two": (yielding("rnnbench_models", model("rwkv")), "model 'rwkv' is already provided by one-of-two[plug"),
}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], Registry]:
    """A registry of these distributions, found in this order."""

    def install(names: list[str]) -> Registry:
        points = [point(name, POINTS[name][0]) for name in names]
        monkeypatch.setattr(entry_points, "entry_points", lambda group: points)
        return register(entry_points.find())

    return install


def shown(registry: Registry) -> list[tuple[str, str | None]]:
    """What ``rnnbench list`` shows: plugins with their errors, and the names of models."""
    seen = [(plugin.origin, plugin.error and plugin.error.split(" object at ")[0]) for plugin in registry.plugins]
    return [*seen, *((name, registry.provider("models", name).origin) for name in registry.models)]


def test_each_plugin_that_breaks_is_listed_with_its_cause_and_the_others_are_loaded(installed: Any) -> None:
    import re

    registry = installed(list(POINTS))
    errors = {plugin.distribution: plugin.error for plugin in registry.plugins}
    for name, (_, expected) in POINTS.items():
        if expected is None:
            assert errors[name] is None, name
        else:
            pattern = ".*".join(re.escape(part) for part in expected.split(".*"))
            assert re.match(pattern, errors[name]), errors[name]
            assert errors[name].isprintable()
    assert list(registry.models) == ["elman", "lstm", "mamba"]
    assert registry.provider("models", "lstm").distribution == "rnnbench"
    assert list(registry.executors) == ["local"]


def test_the_order_of_entry_points_changes_nothing(installed: Any) -> None:
    expected = shown(installed(list(POINTS)))
    for seed in range(20):
        names = list(POINTS)
        random.Random(seed).shuffle(names)
        assert shown(installed(names)) == expected


def test_a_name_of_two_plugins_is_refused_in_a_suite_and_both_are_named(installed: Any, tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text("budget: {steps: 1}\ntune: none\nmodels: [rwkv]\ntasks: []\n", encoding="utf-8")
    with pytest.raises(SuiteError) as error:
        read_suite(path, installed(["rnnbench", "one-of-two", "other-of-two"]))
    (line,) = [line for line in str(error.value).splitlines() if "rwkv" in line]
    assert "no model is named 'rwkv'" in line
    assert "other-of-two[plugin] (model 'rwkv' is already provided by one-of-two[plugin])" in line


def disturbing() -> dict[str, Any]:
    """A module whose import changes all the global state that is restored."""
    os.environ["RNNBENCH_CACHE"] = "/nowhere"
    os.chdir("/")
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    torch.manual_seed(0)
    sys.setrecursionlimit(5000)
    warnings.simplefilter("ignore")
    print("\x1b[2Jhello")
    return yielding("rnnbench_models", model("mamba"))()


def shared() -> list[Any]:
    return [
        Path.cwd(),
        os.environ.get("RNNBENCH_CACHE"),
        random.getstate(),
        np.random.get_state()[1].tolist(),  # noqa: NPY002
        torch.get_rng_state().tolist(),
        sys.getrecursionlimit(),
        list(warnings.filters),
    ]


def test_an_import_leaves_nothing_behind(capfd: pytest.CaptureFixture[str]) -> None:
    before = shared()
    registry = register([found("lab", disturbing)])
    assert registry.plugins[0].error is None
    assert shared() == before
    assert not capfd.readouterr().out


def test_an_import_that_changes_torch_for_all_is_refused_and_undone() -> None:
    original, threads = torch.tanh, torch.get_num_threads()

    def patching() -> dict[str, Any]:
        torch.tanh = torch.nn.functional.softsign = lambda x: x
        torch.set_default_dtype(torch.float64)
        return yielding("rnnbench_models", model("mamba"))()

    registry = register([found("lab", patching)])
    assert registry.plugins[0].error is not None
    for what in ("importing lab changes", "torch's default type", "torch.tanh", "torch.nn.functional.softsign"):
        assert what in registry.plugins[0].error
    assert not registry.models
    assert torch.tanh is original
    assert (torch.get_default_dtype(), torch.get_num_threads()) == (torch.float32, threads)


def test_a_tracker_that_exits_does_not_keep_others_from_being_called() -> None:
    heard = []

    def leaving() -> dict[str, Any]:
        @hookimpl
        def rnnbench_leaderboard_written(folder: Path) -> None:
            sys.exit(3)

        return {"rnnbench_leaderboard_written": rnnbench_leaderboard_written}

    def listening() -> dict[str, Any]:
        @hookimpl
        def rnnbench_leaderboard_written(folder: Path) -> None:
            heard.append(folder)

        return {"rnnbench_leaderboard_written": rnnbench_leaderboard_written}

    plugins = [found(name, make) for name, make in (("a", listening), ("b", leaving), ("c", listening))]
    assert register(plugins).tell("rnnbench_leaderboard_written", folder=Path("x")) == [
        "b[plugin] in rnnbench_leaderboard_written: SystemExit: 3"
    ]
    assert heard == [Path("x"), Path("x")]


def test_a_broken_plugin_stops_only_a_suite_that_names_it(call: Run, tmp_path: Path) -> None:
    metadata = tmp_path / "site" / "broken-2.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 2.0\n")
    (metadata / "entry_points.txt").write_text("[rnnbench]\nmodels = nowhere_at_all\n")
    (tmp_path / "sound.yaml").write_text(
        suite(["{model: lstm, fields: {width: 12}}"], ["{task: sentiment, dataset: reviews}"])
    )
    (tmp_path / "naming.yaml").write_text(suite(["mamba"], ["{task: sentiment, dataset: reviews}"]))
    site = os.pathsep.join([str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")])
    named = call(tmp_path, "run", "naming.yaml", PYTHONPATH=site)
    assert named.returncode == 2
    assert "naming.yaml:7:5: models[0].model: no model is named 'mamba'" in named.stderr
    assert "broken[models] (ModuleNotFoundError: No module named 'nowhere_at_all')" in named.stderr
    assert not (tmp_path / "results").exists()
    unnamed = call(tmp_path, "run", "sound.yaml", "--dry-run", PYTHONPATH=site)
    assert unnamed.returncode == 0, unnamed.stderr
    first = "warning: broken[models] could not be loaded: ModuleNotFoundError: No module named 'nowhere_at_all'"
    assert unnamed.stderr.splitlines()[0] == first
