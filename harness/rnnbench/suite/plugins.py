"""Looks up models, tasks, datasets and metrics by name, and instantiates them with the fields that a suite gives."""

from __future__ import annotations

import dataclasses
import re
import typing
from typing import Any, Literal, TypeVar

from rnnbench.base.messages import did_you_mean, format_cause, format_error, shown
from rnnbench.contract.datasets import Dataset
from rnnbench.contract.models import Model
from rnnbench.contract.tasks import Task
from rnnbench.suite.checking import checked_value, unknown

if typing.TYPE_CHECKING:
    from collections.abc import Mapping

    from rnnbench.discovery import Registry
    from rnnbench.suite.yaml_positions import Document, Location

Plugin = TypeVar("Plugin", Model, Task, Dataset)
Kind = Literal["model", "task", "dataset"]


def find(kind: Kind, name: str, at: Location, registry: Registry, document: Document) -> type[Any] | None:
    """The class of that name; None, and a reported mistake, if none is installed."""
    known: Mapping[str, type[Any]] = getattr(registry, f"{kind}s")
    if name not in known:
        document.report(at, _not_installed(kind, name, known, registry))
        return None
    return known[name]


def _not_installed(kind: Kind, name: str, known: Mapping[str, object], registry: Registry) -> str:
    broken = [f"{plugin.origin} ({plugin.error})" for plugin in registry.plugins if plugin.error]
    unloaded = f"; could not be loaded, and may have it: {', '.join(broken)}" if broken else ""
    installed = f"expected one of {', '.join(known)}" if known else f"no {kind} is installed"
    return f"no {kind} is named {shown(name)}{did_you_mean(name, known)}{unloaded}; {installed}"


def create(cls: type[Plugin], fields: Mapping[str, object], entry: Location, document: Document) -> Plugin | None:
    """An instance with these fields, which are under ``fields`` in the entry at ``entry``.

    None, and reported mistakes, if a field is unknown, has another type than declared, or is refused by the class.
    """
    at: Location = (*entry, "fields")
    before = len(document.problems)
    try:
        hints = typing.get_type_hints(cls, include_extras=True)
    except Exception as error:  # noqa: BLE001  a plugin's annotations may name anything
        document.report(entry, f"the types of {cls.name!r} cannot be read: {format_error(error)}")
        return None
    known = [field.name for field in dataclasses.fields(cls) if field.init]
    values: dict[str, Any] = {}
    for name, value in fields.items():
        if name not in known:
            document.report((*at, name), unknown(name, known, of=cls.name), key=True)
            continue
        values[name] = checked_value(hints[name], value, (*at, name), document)
    if len(document.problems) > before:
        return None
    try:
        return cls(**values)
    except Exception as error:  # noqa: BLE001  a plugin's check may raise anything
        cause = format_cause(error)
        named = [name for name in fields if re.search(rf"\b{re.escape(name)}\b", cause)]
        document.report((*at, named[0]) if len(named) == 1 else entry, f"{cls.name!r} refuses it: {cause}")
        return None
