"""Converts plain values to typed ones; every mistake is reported with its place in the file."""

from __future__ import annotations

import json
import re
import typing
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from rnnbench.base.messages import did_you_mean, expected_one_of, shown
from rnnbench.suite.base import Shape

if typing.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic_core import ErrorDetails

    from rnnbench.suite.yaml_positions import Document, Location

S = TypeVar("S", bound=Shape)

_STRICT = ConfigDict(strict=True, allow_inf_nan=False)


def checked(shape: type[S], data: object, at: Location, document: Document) -> S | None:
    """``data``, from the place ``at`` of the file, as a ``shape``; None, and reported mistakes, if it is not valid."""
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            location = (*at, *details["loc"])
            if details["type"] == "extra_forbidden":
                known = _fields_at(shape, details["loc"][:-1])
                document.report(location, unknown(details["loc"][-1], known), key=True)
            elif details["type"] == "missing":
                document.report(location, "required, but not given")
            else:
                document.report(location, _mistake([details], details["input"]))
        return None


def checked_value(hint: Any, value: object, at: Location, document: Document) -> Any:
    """``value``, from the place ``at`` of the file, as the type ``hint``; None, and a reported mistake, if it is not.

    Values are validated as JSON, where a list is accepted for a tuple and a string for a member of an enumeration.
    """
    try:
        adapter = TypeAdapter[Any](hint, config=_STRICT)
    except TypeError:  # a type that is configured itself: a record within a record
        adapter = TypeAdapter[Any](hint)
    try:
        return adapter.validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        inside = errors[0]["loc"] if len(errors) == 1 else ()
        document.report((*at, *inside), _mistake(errors, errors[0]["input"] if inside else value))
        return None


def unknown(name: object, known: Iterable[str], of: str = "") -> str:
    """The message for an unknown field."""
    return f"unknown field{f' of {of!r}' if of else ''}{expected_one_of(name, known)}"


_EXPECTED = {
    "bool_type": "expected true or false",
    "dataclass_type": "expected a mapping, field: value",
    "dict_type": "expected a mapping, field: value",
    "float_type": "expected a number",
    "int_from_float": "expected a whole number",
    "int_type": "expected a whole number",
    "list_type": "expected a list",
    "model_type": "expected a mapping, field: value",
    "none_required": "expected null",
    "string_pattern_mismatch": "expected a name of a-z, 0-9, dots, hyphens and underscores",
    "string_type": "expected text",
    "tuple_type": "expected a list",
}


def _mistake(errors: list[ErrorDetails], value: object) -> str:
    """One message for all errors of one value, of which a union type gives several."""
    expected = " or ".join(dict.fromkeys(_expected(error) for error in errors)).replace("or expected", "or")
    choices = [word for error in errors for word in re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected")))]
    return f"got {shown(value)}{did_you_mean(value, choices) if isinstance(value, str) else ''}, {expected}"


def _expected(error: ErrorDetails) -> str:
    given = error["input"]
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    if error["type"] in ("int_type", "int_from_float") and isinstance(given, float) and given.is_integer():
        return f"expected a whole number without point or exponent: {int(given)}"
    if "min_length" in error.get("ctx", {}):
        return f"expected at least {error['ctx']['min_length']}{' letter' if isinstance(given, str) else ''}"
    message = error["msg"].replace("Input should be ", "expected ", 1)
    message = re.sub(r"expected (?=greater|less)", "expected a number ", message)
    return _EXPECTED.get(error["type"], message[0].lower() + message[1:])


def _fields_at(shape: type[Shape], location: Iterable[str | int]) -> Mapping[str, Any]:
    """The fields of the shape at a location within another one."""
    for step in location:
        hint = shape.model_fields[str(step)].annotation
        shape = next(
            part for part in (hint, *typing.get_args(hint)) if isinstance(part, type) and issubclass(part, Shape)
        )
    return shape.model_fields
