"""A suite's mistakes: each one a line that says where, what is wrong and what was expected."""

from __future__ import annotations

import difflib
import reprlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOWN = 20  # lines of problems; the rest is counted


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake. Lines and columns count from 1; 0 where the file as a whole is meant."""

    path: str
    line: int
    column: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        text = f"{where}: {self.field}: {self.message}" if self.field else f"{where}: {self.message}"
        return one_line(text)


class SuiteError(Exception):
    """A suite cannot be used. ``str`` gives one line a problem, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"and {len(self.problems) - SHOWN} more")
        return "\n".join(lines)


def suggestion(word: object, known: Iterable[str]) -> str:
    """``" (did you mean 'x'?)"`` for the nearest known word, or nothing."""
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(str(word).lower(), by_lower, n=1)
    return f" (did you mean {by_lower[near[0]]!r}?)" if near else ""


def shown(value: object) -> str:
    """A value as it was given, on one line and not longer than a message can bear."""
    brief = reprlib.Repr()
    brief.maxstring = brief.maxother = 60
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return one_line(brief.repr(list(value) if isinstance(value, tuple) else value))


def one_line(text: str, longest: int = 500) -> str:
    """Text with everything that could break or hide a line of output made harmless."""
    flat = "".join(sign if sign.isprintable() else " " for sign in text)
    flat = " ".join(flat.split())
    return flat if len(flat) <= longest else flat[: longest - 3] + "..."
