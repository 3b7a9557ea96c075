"""The fields of plugins as JSON values, for run ids; and the mark of fields that came later, which change no old id."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

ADDED: Mapping[str, bool] = MappingProxyType({"rnnbench.added": True})
"""Marks a field that a model, a task or a dataset did not have when its first results were made:
``dropout: float = field(default=0.0, metadata=ADDED)``.

Such a field is left out of a run's resolved inputs, and so of its id, while it has its default: results of before keep
their ids and count as made with the default. So the default has to do what was done before, and never changes."""


def field_values(thing: Any) -> dict[str, Any]:
    """A dataclass's fields as JSON values, tuples as lists; without added fields that have their defaults."""
    values: dict[str, Any] = json.loads(_as_json(thing))
    return values


def is_added(field: dataclasses.Field[Any]) -> bool:
    """Whether it has the mark :data:`ADDED`."""
    return field.metadata.items() >= ADDED.items()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = (one for one in dataclasses.fields(value) if not (is_added(one) and _at_default(one, value)))
        return {one.name: _plain(getattr(value, one.name)) for one in kept}
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _at_default(field: dataclasses.Field[Any], thing: object) -> bool:
    """Compared as JSON, in which 1, 1.0 and true differ, as they do in an id."""
    default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
    return _as_json(getattr(thing, field.name)) == _as_json(default)


def _as_json(value: Any) -> str:
    return json.dumps(_plain(value), sort_keys=True)
