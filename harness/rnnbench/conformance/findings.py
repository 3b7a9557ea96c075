"""Laws, and the findings of applying them: what a law says, what was tried, and what was found."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Generic, TypeVar

import torch

S = TypeVar("S")


class Outcome(StrEnum):
    """The result of applying a law; a law that does not apply is no failure."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "n/a"


@dataclass(frozen=True)
class Finding:
    """One law over one subject. ``detail`` is what went wrong, or why the law does not apply."""

    subject: str
    law: str
    says: str
    tried: str
    outcome: Outcome
    detail: str = ""


class Broken(Exception):
    """A law does not hold. The message says where: shape or value expected and got, row, step."""


class NotApplicable(Exception):
    """A law does not apply to its subject. The message is the reason."""


@dataclass(frozen=True)
class Law(Generic[S]):
    """A law is a function that raises :class:`Broken` where it does not hold; its docstring is what it says."""

    name: str
    says: str
    tried: str
    check: Callable[[S], None]

    def examine(self, subject: S, named: str) -> Finding:
        """Apply this law to a subject, with a fixed torch seed; the global random state is restored.

        Any exception of a plugin's code is a failed law.

        Args:
            subject: what the law is about.
            named: the name of the subject in a table.
        """
        outcome, detail = Outcome.PASSED, ""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            try:
                self.check(subject)
            except NotApplicable as reason:
                outcome, detail = Outcome.NOT_APPLICABLE, str(reason)
            except Broken as error:
                outcome, detail = Outcome.FAILED, str(error)
            except Exception as error:  # noqa: BLE001  a plugin's code may raise anything
                outcome, detail = Outcome.FAILED, _raised(error)
        return Finding(named, self.name, self.says, self.tried, outcome, detail)


def law(tried: str) -> Callable[[Callable[[S], None]], Law[S]]:
    """Decorate a function as a law: its name with hyphens, and the first line of its docstring as what the law says.

    Args:
        tried: what the function does to find out.
    """

    def made(check: Callable[[S], None]) -> Law[S]:
        says = (check.__doc__ or "").strip().partition("\n")[0].rstrip(".")
        return Law(check.__name__.replace("_", "-"), says, tried, check)

    return made


def require(condition: bool, wrong: str) -> None:
    """Raise :class:`Broken` with this message unless the condition holds."""
    if not condition:
        raise Broken(wrong)


def _raised(error: Exception) -> str:
    """An unexpected exception on one line, with the file and line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{where}"
