"""How a learning rate is chosen: the same small grid for every model, on validation data."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator

from rnnbench.suite.base import Shape

TUNE_SEED = 2**31
"""The seed of tuning runs: larger than any that a suite may name, so it is never one of the reported seeds."""

_Rate = Annotated[float, Field(gt=0, le=1000)]


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


class Tune(Shape):
    """Each rate trains each model once on each task, with a seed that is never reported."""

    learning_rate: Annotated[
        tuple[_Rate, ...], Field(min_length=2, max_length=20), BeforeValidator(_as_tuple, list[float])
    ] = (1e-3, 3e-3, 1e-2)
    share: Annotated[float, Field(gt=0, le=1)] = 1 / 3
    """Of the budget, for each run of the grid."""

    @field_validator("learning_rate")
    @classmethod
    def _differ(cls, rates: tuple[float, ...]) -> tuple[float, ...]:
        if len(set(rates)) < len(rates):
            raise ValueError("expected rates that differ")
        return rates
