"""Where public data comes from, and how its files are read."""

from __future__ import annotations

import csv
import tempfile
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from rnnbench import DataMissing, Dataset, Row, Split

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Hub:
    """A dataset on the Hugging Face hub; ``revision`` is a commit that public code pins, None where none is known."""

    repository: str
    revision: str | None = None
    configuration: str | None = None


@dataclass(frozen=True, kw_only=True)
class Public(Dataset):
    """A dataset in a folder of its own below the data folder; ``hub`` names the same rows on the hub, if they are."""

    folder: ClassVar[str]
    hub: ClassVar[Hub | None] = None

    def path(self, data: Path | None, file: str) -> Path:
        """The file, as named or gzipped.

        Raises:
            DataMissing: there is neither.
        """
        if data is None:
            raise DataMissing(
                f"dataset {self.name!r} is read from a folder and none was given: set --data-dir or RNNBENCH_DATA to "
                f"the folder that holds {self.folder}/{file}"
            )
        plain = data.absolute() / self.folder / file
        for path in (plain, plain.with_name(f"{plain.name}.gz")):
            if path.is_file():
                return path
        raise DataMissing(
            f"dataset {self.name!r}: no file {plain} (or {plain.name}.gz): --data-dir or RNNBENCH_DATA should name the "
            f"folder that holds {self.folder}/{file}"
        )


@dataclass(frozen=True, kw_only=True)
class PublicText(Public):
    """Public text, of which a suite may take the first rows of a split only.

    That is another dataset: it has a fingerprint of its own and compares with no published number.

    Attributes:
        train_rows: how many training rows; None for all.
        validation_rows: how many validation rows; None for all.
        test_rows: how many test rows; None for all.
    """

    train_rows: int | None = None
    validation_rows: int | None = None
    test_rows: int | None = None

    def load(self, split: Split, folder: Path | None) -> Sequence[Row]:
        """The rows of a split, in the order of the file."""
        limit = {Split.TRAIN: self.train_rows, Split.VALIDATION: self.validation_rows, Split.TEST: self.test_rows}
        return self.read(split, folder)[: limit[split]]

    @abstractmethod
    def read(self, split: Split, folder: Path | None) -> list[Row]:
        """All rows of a split."""


def lines(path: Path) -> list[str]:
    """The lines of a text file, gzipped or not, without their ends; no other character ends a line."""
    return [str(line) for line in _loaded("text", path)["text"]]


def table(path: Path, separator: str = ",") -> Mapping[str, Sequence[Any]]:
    """The columns of a separated file with a header, gzipped or not; quotes mean nothing and no text is "missing"."""
    return dict(_loaded("csv", path, sep=separator, quoting=csv.QUOTE_NONE, keep_default_na=False).to_dict())


def _loaded(builder: str, path: Path, **options: Any) -> Any:
    import datasets  # noqa: PLC0415  heavy, and wanted only here

    with tempfile.TemporaryDirectory() as cache:  # keyed by time stamps, not by content: never kept
        return datasets.load_dataset(
            builder, data_files=str(path), split="train", cache_dir=cache, keep_in_memory=True, **options
        )
