"""A registry of small plugins, and a way to read a suite from text."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pluggy
import pytest
from suite_plugins import Elman, GrammarText, LanguageModelling, Lstm, Reviews, Sentiment, Series, Unreadable

from rnnbench.discovery import Plugin, Registry
from rnnbench.execute.local.executor import LocalExecutor
from rnnbench.suite import Suite, SuiteError, read_suite


@pytest.fixture
def registry() -> Registry:
    def by_name(*classes: type[Any]) -> dict[str, type[Any]]:
        return {cls.name: cls for cls in classes}

    return Registry(
        plugins=(Plugin("sound", "1", "models", "sound"),),
        models=by_name(Elman, Lstm, Unreadable),
        tasks=by_name(LanguageModelling, Sentiment),
        datasets=by_name(GrammarText, Reviews, Series),
        metrics={},
        executors={"local": LocalExecutor},
        origin={("executors", "local"): Plugin("sound", "1", "executors", "sound")},
        manager=pluggy.PluginManager("rnnbench"),
    )


@pytest.fixture
def read(tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Suite]:
    """Read a suite from text, as the file ``small.yaml``."""
    monkeypatch.chdir(tmp_path)

    def read(text: str, **options: Any) -> Suite:
        path = Path("small.yaml")
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return read_suite(path, options.pop("registry", registry), **options)

    return read


@pytest.fixture
def mistakes(read: Callable[..., Suite]) -> Callable[..., list[str]]:
    """The lines of the error that a suite must raise."""

    def mistakes(text: str, **options: Any) -> list[str]:
        with pytest.raises(SuiteError) as error:
            read(text, **options)
        return str(error.value).splitlines()

    return mistakes
