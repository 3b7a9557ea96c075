"""A registry of small plugins, and a way to read a suite from text."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from suite_plugins import Elman, GrammarText, LanguageModelling, Lstm, Reviews, Sentiment, Series, Unreadable

from rnnbench.discovery import Component, Plugin, Registry
from rnnbench.execute.local.executor import LocalExecutor
from rnnbench.suite import Suite, SuiteError, read_suite


@pytest.fixture
def registry() -> Registry:
    plugin = Plugin("sound", "1", "models", "sound")
    by_kind: dict[str, list[type[Any]]] = {
        "models": [Elman, Lstm, Unreadable],
        "tasks": [LanguageModelling, Sentiment],
        "datasets": [GrammarText, Reviews, Series],
    }
    components = [Component(kind, one.name, one, plugin) for kind, classes in by_kind.items() for one in classes]
    components.append(Component("executors", "local", LocalExecutor, plugin))
    return Registry((plugin,), tuple(components))


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
