"""Parts of a message: values, exceptions and text on one printable line, and the nearest match of a name."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


def one_line(text: str, longest: int = 500) -> str:
    """``text`` on one line of at most ``longest`` characters; what is not printable becomes a blank."""
    flat = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return flat if len(flat) <= longest else flat[: longest - 3] + "..."


def shown(value: object) -> str:
    """A value as a suite file writes it, on one line and shortened."""
    brief = reprlib.Repr()
    brief.maxstring = brief.maxother = 60
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return one_line(brief.repr(list(value) if isinstance(value, tuple) else value))


def format_error(error: BaseException, longest: int = 250) -> str:
    """``Type: message`` of any exception on one line, also where its ``str`` fails or is empty."""
    try:
        message = one_line(str(error), longest)
    except Exception:  # noqa: BLE001  the __str__ of a plugin's exception may fail too
        message = ""
    return f"{type(error).__name__}: {message or 'no message'}"[:longest]


def format_cause(error: BaseException) -> str:
    """The message of an exception that refuses a value; any other one with its type before it."""
    refuses = isinstance(error, ValueError | TypeError | LookupError) and not isinstance(error, KeyError)
    return (refuses and one_line(str(error))) or format_error(error)


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """``" (did you mean 'x'?)"`` with the nearest known name, or nothing; case and ``-`` for ``_`` do not count."""
    by_plain = {_plain(name): name for name in known}
    near = difflib.get_close_matches(_plain(str(word)), by_plain, n=1)
    return f" (did you mean {by_plain[near[0]]!r}?)" if near else ""


def expected_one_of(word: object, known: Iterable[str]) -> str:
    """``" (did you mean 'x'?), expected one of x, y, z"``: a long list may be cut off, the suggestion is not."""
    names = list(known)
    expected = f"one of {', '.join(names)}" if names else "none"
    return f"{did_you_mean(word, names)}, expected {expected}"


def invalid_fields(error: ValidationError) -> Iterator[tuple[str, str]]:
    """(place, what is wrong) of each mistake that pydantic found; the place is dotted, and empty for the whole."""
    for details in error.errors(include_url=False, include_context=False):
        wrong = details["msg"].replace("Input should be ", "expected ", 1)
        given = "" if details["type"] in ("missing", "json_invalid") else f", got {shown(details['input'])}"
        yield ".".join(map(str, details["loc"])), f"{wrong[0].lower()}{wrong[1:]}{given}"


def first_invalid_field(error: ValidationError, at: str = "") -> str:
    """``place: what is wrong`` of the first mistake that pydantic found, below the place ``at``."""
    place, wrong = next(invalid_fields(error))
    return ": ".join(filter(None, (".".join(filter(None, (at, place))), wrong)))


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")
