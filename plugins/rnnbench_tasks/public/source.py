"""Where public data comes from, and how its files are read."""

from __future__ import annotations

import csv
import tempfile
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from rnnbench import DataMissing, Dataset, Row, Split
from rnnbench_tasks.public.checksums import CONTENT, content_sum
from rnnbench_tasks.public.hub import Hub, HubError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Public(Dataset):
    """A dataset in a folder of its own below the data folder, or else from the hub, once it was fetched.

    Both give the same rows, so one fingerprint. ``hub`` is None where no repository is known that holds all of them;
    ``remark`` says what one should know before looking for it.
    """

    folder: ClassVar[str]
    hub: ClassVar[Hub | None] = None
    remark: ClassVar[str] = ""

    @abstractmethod
    def names(self, split: Split) -> tuple[str, ...]:
        """The split's files in its folder; each may be gzipped there."""

    @abstractmethod
    def read(self, split: Split, paths: Sequence[Path]) -> Sequence[Row]:
        """The rows of a split from :meth:`names`."""

    def read_hub(self, split: Split, paths: Sequence[Path]) -> Sequence[Row]:
        """The rows of a split from the hub's files; unless said otherwise they are like those in a folder."""
        return self.read(split, paths)

    def load(self, split: Split, folder: Path | None) -> Sequence[Row]:
        """The rows of a split, in the order of the file: below ``folder``, or else as fetched from the hub."""
        paths, fetched = self._find(split, folder)
        return self.read_hub(split, paths) if fetched else self.read(split, paths)

    def verify(self, folder: Path | None) -> None:
        """All files are there, and those in the data folder are the ones that numbers were published on.

        Raises:
            DataMissing: a file is missing, damaged, or another than its name says.
        """
        in_folder: dict[str, Path] = {}
        for split in Split:
            paths, fetched = self._find(split, folder)
            if not fetched:
                in_folder.update(zip(self.names(split), paths, strict=True))
        for file, path in in_folder.items():
            known = CONTENT.get(self.folder, {}).get(file)
            if known and (found := content_sum(path)) != known:
                raise DataMissing(
                    f"{path}: the content has sha256 {found}, expected {known}: it is damaged or not the published "
                    f"file; copy it again, or name it in a suite as a file of your own"
                )

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

    def files(self, folder: Path | None) -> tuple[Path, ...]:
        """The files of all splits, each once: below ``folder``, or else as fetched from the hub."""
        return tuple(dict.fromkeys(path for split in Split for path in self._find(split, folder)[0]))

    def origin(self) -> str:
        """Where it can be had, and how sure that is."""
        hub = self.on_hub()
        if hub is None:
            return self.remark or "a folder alone: no repository on the hub is known to hold these rows"
        unseen = "" if hub.seen else "; never fetched where this was built"
        return f"Hugging Face hub, {hub}{unseen}{f'; {self.remark}' if self.remark else ''}"

    def on_hub(self) -> Hub | None:
        """Where the hub has these very rows; None where a field asks for rows that it does not have."""
        return self.hub

    def fetch(self) -> None:
        """Bring it from the hub.

        Raises:
            DataMissing: it is not there, or did not come whole.
        """
        hub = self.on_hub()
        if hub is None:
            raise DataMissing(
                f"dataset {self.name!r} is never fetched ({self.origin()}): set --data-dir or RNNBENCH_DATA to the "
                f"folder that holds {self.folder}/{self.names(Split.TRAIN)[0]}"
            )
        try:
            hub.fetch()
        except HubError as error:
            raise DataMissing(
                f"dataset {self.name!r} could not be fetched from {hub}: {error}; nothing of it is used; try again, or "
                f"set --data-dir or RNNBENCH_DATA to the folder that holds {self.folder}/{self.names(Split.TRAIN)[0]}"
            ) from error

    def _find(self, split: Split, folder: Path | None) -> tuple[Sequence[Path], bool]:
        """The files of a split, and whether they are the hub's."""
        try:
            return [self.path(folder, file) for file in self.names(split)], False
        except DataMissing as missing:
            if fetched := self._fetched(split):
                return fetched, True
            raise DataMissing(f"{missing}{self._remedy()}") from None

    def _fetched(self, split: Split) -> tuple[Path, ...]:
        hub = self.on_hub()
        try:
            return hub.fetched(split) if hub else ()
        except HubError as error:
            raise DataMissing(f"dataset {self.name!r}: {error}{self._remedy()}") from error

    def _remedy(self) -> str:
        return "; or bring it from the hub: rnnbench data fetch SUITE" if self.on_hub() else ""


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
        return super().load(split, folder)[: limit[split]]


def lines(path: Path) -> list[str]:
    """The lines of a text file, gzipped or not, without their ends; no other character ends a line."""
    return [str(line) for line in _loaded("text", path).to_dict()["text"]]  # whole: a column is read row by row


def table(path: Path, separator: str = ",", encoding: str = "utf-8") -> Mapping[str, Sequence[Any]]:
    """The columns of a separated file with a header, gzipped or not; quotes mean nothing and no text is "missing"."""
    options = {"sep": separator, "encoding": encoding, "quoting": csv.QUOTE_NONE, "keep_default_na": False}
    return dict(_loaded("csv", path, **options).to_dict())


def columns(paths: Sequence[Path], builder: str = "parquet") -> Mapping[str, Sequence[Any]]:
    """The columns of Parquet files, or of JSON lines (``"json"``), one file after the other."""
    return dict(_loaded(builder, *paths).to_dict())


def _loaded(builder: str, *paths: Path, **options: Any) -> Any:
    import datasets  # noqa: PLC0415  heavy, and wanted only here

    with tempfile.TemporaryDirectory() as cache:  # keyed by time stamps, not by content: never kept
        return datasets.load_dataset(
            builder,
            data_files=[str(path) for path in paths],
            split="train",
            cache_dir=cache,
            keep_in_memory=True,
            **options,
        )
