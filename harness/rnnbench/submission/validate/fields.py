"""Validates the free-form fields of a plan and a record (budget, recipe, tune, resolved) against the suite's models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from rnnbench.base.messages import invalid_fields, shown
from rnnbench.suite import Budget, Recipe, Tune

_SCHEMAS: dict[str, type[BaseModel]] = {"budget": Budget, "recipe": Recipe, "tune": Tune}
_NAMED = ("model", "task", "dataset")


def invalid_free_fields(value: Any) -> Iterator[tuple[str, str]]:
    """(field, what is wrong) in the budget, recipe and grid of a plan, and in the resolved inputs of runs."""
    if not isinstance(value, dict):
        return
    yield from _check_against_schemas(value, "")
    if "resolved" in value:
        yield from _check_resolved(value["resolved"], "resolved")
    for run in value.get("runs", ()):
        yield from _check_resolved(run.get("resolved"), f"runs.{run.get('id')}.resolved")


def _check_resolved(value: Any, at: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield at, f"expected a mapping, got {shown(value)}"
        return
    yield from _check_against_schemas(value, f"{at}.")
    for name in _NAMED:
        named = value.get(name)
        if not (isinstance(named, dict) and isinstance(named.get("fields", {}), dict)):
            yield f"{at}.{name}", f"expected its name and fields, got {shown(named)}"


def _check_against_schemas(value: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, schema in _SCHEMAS.items():
        if value.get(name) is None:
            continue
        try:
            schema.model_validate(value[name])
        except ValidationError as error:
            for place, wrong in invalid_fields(error):
                yield ".".join(filter(None, (f"{prefix}{name}", place))), wrong
