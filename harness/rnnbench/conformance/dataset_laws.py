"""Laws of datasets: typed rows, the same at each load, in splits that do not overlap."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from rnnbench.conformance.findings import Broken, NotApplicable, law, require
from rnnbench.conformance.model_shapes import frozen_record, picklable
from rnnbench.conformance.task_laws import disturb
from rnnbench.contract.datasets import DataMissing, Dataset, Observation, Row, Split

_NOWHERE = Path("no", "such", "folder")


@dataclass(frozen=True)
class DatasetInFolder:
    """The subject of the laws of datasets."""

    dataset: Dataset
    folder: Path | None = None

    @cached_property
    def rows(self) -> dict[Split, list[Row]]:
        """The rows of each split. Raises NotApplicable if the data is not embedded and missing."""
        return {split: self.load(split) for split in Split}

    def load(self, split: Split) -> list[Row]:
        """The rows of a split, read anew."""
        try:
            return list(self.dataset.load(split, self.folder))
        except DataMissing as missing:
            if self.dataset.embedded:
                raise
            raise NotApplicable(f"the data is not here: {missing}") from missing


@law("the class's name, rows, description and licence; a copy through pickle")
def declared(subject: DatasetInFolder) -> None:
    """A dataset is a frozen dataclass with a default for each field, and says what it is and may be used for."""
    frozen_record(subject.dataset)
    for name in ("name", "description", "licence"):
        value = getattr(subject.dataset, name, None)
        require(isinstance(value, str) and bool(value), f"{name}: expected text, got {value!r}")
    rows = getattr(subject.dataset, "rows", None)
    named = isinstance(rows, type) and issubclass(rows, tuple) and hasattr(rows, "_fields")
    require(named, f"rows: expected a NamedTuple class, got {rows!r}")
    picklable(subject.dataset)


@law("every row of every split")
def typed_rows(subject: DatasetInFolder) -> None:
    """Rows are of the declared type, hold JSON values, and no split is empty."""
    for split, rows in subject.rows.items():
        require(bool(rows), f"{split}: expected rows, got none")
        for index, row in enumerate(rows):
            kind = subject.dataset.rows
            require(isinstance(row, kind), f"{split} row {index}: expected {kind.__name__}, got {type(row).__name__}")
            try:
                json.dumps(row, allow_nan=False)
            except (TypeError, ValueError) as error:
                raise Broken(f"{split} row {index}: expected finite JSON values: {error}") from error
            if isinstance(row, Observation):
                got, wanted = len(row.values), len(subject.dataset.channels)
                require(got == wanted, f"{split} row {index}: expected {wanted} values, one a channel, got {got}")


@law("every split loaded a second time, after the global random states were changed")
def repeatable(subject: DatasetInFolder) -> None:
    """The rows are the same whenever they are loaded."""
    for split, rows in subject.rows.items():
        disturb(1)
        again = subject.load(split)
        require(len(again) == len(rows), f"{split}: {len(rows)} rows, then {len(again)}")
        moved = next((index for index, pair in enumerate(zip(rows, again, strict=True)) if pair[0] != pair[1]), None)
        if moved is not None:
            raise Broken(f"{split} row {moved}: {rows[moved]!r}, then {again[moved]!r}")


@law("the rows of the three splits side by side")
def splits(subject: DatasetInFolder) -> None:
    """Splits do not overlap: no split contains another one, and no time of a series is in two."""
    found = subject.rows
    for one, other in ((Split.TRAIN, Split.VALIDATION), (Split.TRAIN, Split.TEST), (Split.VALIDATION, Split.TEST)):
        shared = set(found[one]) & set(found[other])
        require(len(shared) < len(set(found[other])), f"all rows of {other} stand in {one} too")
        if subject.dataset.rows is Observation:
            times = {row.time for row in found[one] if isinstance(row, Observation)}
            twice = next((row.time for row in found[other] if isinstance(row, Observation) and row.time in times), None)
            require(twice is None, f"time {twice} stands in {one} and in {other}")


@law("a load from a folder that does not exist")
def absence(subject: DatasetInFolder) -> None:
    """Missing data raises DataMissing with a message; embedded data needs no folder."""
    dataset = subject.dataset
    try:
        dataset.load(Split.TEST, None if dataset.embedded else _NOWHERE)
    except DataMissing as missing:
        require(not dataset.embedded, f"embedded, but missing: {missing}")
        require(bool(str(missing)), "DataMissing without a message: expected where it looked, and what to do")
        return
    require(dataset.embedded, "rows from a folder that is not there, expected DataMissing")


@law("`optimum` of the test rows")
def optimum(subject: DatasetInFolder) -> None:
    """The optimum of a generated dataset is a finite score by metric name."""
    dataset = subject.dataset
    if not dataset.has_optimum:
        raise NotApplicable("the dataset declares no optimum")
    values: Any = dataset.optimum(subject.rows[Split.TEST])
    if values is None:
        raise NotApplicable("the task computes it from what the dataset knows")
    for name, value in values.items():
        require(isinstance(value, float) and math.isfinite(value), f"{name}: expected a finite float, got {value!r}")
