"""The contract has a version: plugins for another one are listed as failed, and moved names warn once."""

from __future__ import annotations

import importlib
import warnings
from importlib.metadata import EntryPoint

import pytest

import rnnbench
from rnnbench.contract import version
from rnnbench.discovery import Plugin, register

PLUGIN = """
from rnnbench import hookimpl
{api}

@hookimpl
def rnnbench_models():
    return []
"""


@pytest.mark.parametrize(
    ("api", "error"),
    [
        ("", None),
        ("RNNBENCH_API = 1", None),
        (
            "RNNBENCH_API = 2",
            "it is written for plugin API 2, this rnnbench has 1: install the release of either that fits",
        ),
        ("RNNBENCH_API = 'one'", "it is written for plugin API 'one', this rnnbench has 1: install the release of"),
        ("RNNBENCH_API = [1]", "it is written for plugin API [1], this rnnbench has 1: install the release of"),
    ],
)
def test_a_plugin_for_another_version_is_listed_with_the_cause(api, error, tmp_path, monkeypatch):
    module = f"versioned_{abs(hash(api))}"
    (tmp_path / f"{module}.py").write_text(PLUGIN.format(api=api))
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    installed = Plugin("strange", "1.0", "models", module)
    (plugin,) = register([(installed, EntryPoint("models", module, "rnnbench"))]).plugins
    assert plugin.origin == "strange[models]"
    assert plugin.error is None if error is None else plugin.error.startswith(error)


def test_a_name_that_moved_works_and_warns_once(monkeypatch):
    monkeypatch.setitem(version.MOVED, "Dial", version.Moved("Knob", "0.2.0"))
    with pytest.warns(version.PluginDeprecation) as told:
        assert rnnbench.Dial is rnnbench.Knob
    assert [str(warning.message) for warning in told] == [
        "rnnbench.Dial is rnnbench.Knob since 0.2.0; the old name will go"
    ]
    assert told[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert rnnbench.Dial is rnnbench.Knob


def test_a_name_that_never_was_is_an_error():
    with pytest.raises(AttributeError, match="module 'rnnbench' has no attribute 'Dials'"):
        rnnbench.Dials  # noqa: B018


def test_the_template_is_written_for_this_version():
    from rnnbench.template import render_plugin

    for kind in ("model", "task"):
        assert f"RNNBENCH_API = {version.API}\n" in render_plugin(kind, "some-name")["some_name.py"]
