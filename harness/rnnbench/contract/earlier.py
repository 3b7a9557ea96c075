"""Plugins written for the contract of 0.1.0: they work for one more release, with a warning.

Each adaptation looks at a class once, when it is made, and gives it the methods that the contract asks for today.
"""

from __future__ import annotations

import inspect
import warnings
from typing import TYPE_CHECKING, Any

from rnnbench.contract.version import PluginDeprecation

if TYPE_CHECKING:
    from collections.abc import Callable


def adapt_task(cls: type[Any]) -> None:
    """``fit(training, channels)``, ``encode(encoding, rows, before)``, ``evaluation(data, size, window)``, ``bptt``."""
    own = vars(cls)
    if _takes(own.get("fit"), 2):
        fit = own["fit"]
        _replace(cls, fit, lambda self, rows: fit(self, rows, rows.channels), "fit(rows)")
    if _takes(own.get("encode"), 3):
        encode = own["encode"]
        _replace(
            cls,
            encode,
            lambda self, encoding, rows: encode(self, encoding, rows, rows.before),
            "encode(encoding, rows)",
        )
    if _takes(own.get("evaluation"), 3):
        evaluation = own["evaluation"]
        instead = "evaluation(data, size), and windowed(data, size, window) where a text goes on from batch to batch"
        _replace(cls, evaluation, lambda self, data, size: evaluation(self, data, size, None), instead)
        cls.windowed = evaluation
    if "bptt" in own.get("__annotations__", ()) and "segment" not in own:
        cls.segment = property(lambda self: self.bptt)
        _warn(cls, "bptt", "the property segment")


def adapt_dataset(cls: type[Any]) -> None:
    """``located(folder)``, which gave a place in words and the files."""
    own = vars(cls)
    if "located" in own and "files" not in own:
        located = own["located"]
        cls.files = lambda self, folder: located(self, folder)[1]
        _warn(cls, "located(folder)", "files(folder)")


def _takes(method: Any, positional: int) -> bool:
    """Whether a method has as many positional parameters beside ``self``."""
    if not inspect.isfunction(method):
        return False
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(one.kind in kinds for one in inspect.signature(method).parameters.values()) == positional + 1


def _replace(cls: type[Any], old: Callable[..., Any], new: Callable[..., Any], instead: str) -> None:
    name = old.__name__
    new.__name__, new.__doc__ = name, old.__doc__
    setattr(cls, name, new)
    _warn(cls, name + str(inspect.signature(old)).replace("(self, ", "("), instead)


def _warn(cls: type[Any], old: str, instead: str) -> None:
    message = f"{cls.__module__}.{cls.__qualname__}: {old} is {instead} since 0.2.0; the old form will go"
    warnings.warn(message, PluginDeprecation, stacklevel=5)
