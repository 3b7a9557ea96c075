"""The parts of a plan and a record that hold anything, by the shapes that a suite gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from rnnbench.suite import Budget, Recipe, Tune
from rnnbench.suite.problems import shown
from rnnbench.suite.shape import Shape

_SHAPES: dict[str, type[Shape]] = {"budget": Budget, "recipe": Recipe, "tune": Tune}
_NAMED = ("model", "task", "dataset")


def with_defaults(name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """A ``budget`` or a ``recipe`` with the fields in it that are left out at their defaults."""
    return {**_SHAPES[name].added_defaults(), **value}


def ill_formed(value: Any) -> Iterator[tuple[str, str]]:
    """(field, what is wrong) of a plan's own budget, recipe and grid, and of what runs resolved to."""
    if not isinstance(value, dict):
        return
    yield from _shapes(value, "")
    if "resolved" in value:
        yield from _resolved(value["resolved"], "resolved")
    for run in value.get("runs", ()):
        yield from _resolved(run.get("resolved"), f"runs.{run.get('id')}.resolved")


def _resolved(value: Any, at: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield at, f"expected a mapping, got {shown(value)}"
        return
    yield from _shapes(value, f"{at}.")
    for name in _NAMED:
        named = value.get(name)
        if not (isinstance(named, dict) and isinstance(named.get("fields", {}), dict)):
            yield f"{at}.{name}", f"expected its name and fields, got {shown(named)}"


def _shapes(value: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, shape in _SHAPES.items():
        if value.get(name) is None:
            continue
        try:
            shape.model_validate(value[name])
        except ValidationError as error:
            for details in error.errors(include_url=False, include_context=False):
                field = ".".join(map(str, (name, *details["loc"])))
                yield f"{prefix}{field}", f"{details['msg']}, got {shown(details['input'])}"
