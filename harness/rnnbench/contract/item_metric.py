"""Metrics as plugins for rnnbench 0.1 declare them: ``Metric(..., implementation="module:Class")``, an ItemMetric."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from rnnbench.contract.arrays import Floats
    from rnnbench.contract.items import Items, Kind


class ItemMetric(ABC):
    """The base class of such metrics; ``class Mine(ItemMetric, formula=find_formula(...))`` takes all from there."""

    columns: ClassVar[Mapping[str, Kind]]

    def __init_subclass__(cls, formula: Any = None) -> None:
        super().__init_subclass__()
        if formula is not None:
            cls.columns = formula.columns
            for name in ("statistics", "values", "signature"):
                setattr(cls, name, staticmethod(getattr(formula, name)))

    @staticmethod
    @abstractmethod
    def statistics(columns: Items, /) -> Floats:
        """One row of K statistics for each item; only their sum over items counts."""

    @staticmethod
    @abstractmethod
    def values(totals_NK: Floats, /) -> Floats:
        """The metric of each of N sums of statistics."""

    @staticmethod
    def signature() -> str | None:
        """How the score is computed, where its name does not say it all."""
        return None


@dataclass(frozen=True)
class Implementation:
    """The class that such a metric names, imported when it is first used."""

    metric: str
    path: str

    def load(self) -> type[ItemMetric]:
        """The class.

        Raises:
            ValueError: it cannot be imported.
            TypeError: it is not an :class:`ItemMetric`.
        """
        module, _, name = self.path.partition(":")
        try:
            found = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError, ValueError) as error:
            raise ValueError(f"metric {self.metric!r}: cannot import {self.path!r}: {error}") from error
        if not (isinstance(found, type) and issubclass(found, ItemMetric)):
            raise TypeError(f"metric {self.metric!r}: {self.path!r} is not a subclass of ItemMetric")
        return found

    @property
    def columns(self) -> Mapping[str, Kind]:
        """The class's columns, looked up when they are asked for."""
        return _Columns(self)

    def statistics(self, items: Items) -> Floats:
        """The class's."""
        return self.load().statistics(items)

    def values(self, sums_NK: Floats) -> Floats:
        """The class's."""
        return self.load().values(sums_NK)

    def signature(self) -> str | None:
        """The class's."""
        return self.load().signature()


@dataclass(frozen=True)
class _Columns(Mapping[str, "Kind"]):
    of: Implementation

    def __getitem__(self, name: str) -> Kind:
        return self.of.load().columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.of.load().columns)

    def __len__(self) -> int:
        return len(self.of.load().columns)
