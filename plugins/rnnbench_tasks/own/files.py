"""What datasets of the user's own files share: where the files lie, and the fields that name them."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path

from rnnbench import Dataset, Split
from rnnbench_tasks.own.reading import find
from rnnbench_tasks.own.splits import Shares, check_files


@dataclass(frozen=True, kw_only=True)
class Own(Dataset):
    """Files of the user's. Their names are full paths, or below the data folder, or below the working folder."""

    licence = "the user's own"

    @abstractmethod
    def names(self, split: Split) -> tuple[str, ...]:
        """The split's files, as the suite names them."""

    def paths(self, split: Split, folder: Path | None) -> list[Path]:
        """The split's files.

        Raises:
            DataMissing: one is not there.
        """
        return [find(name, folder, Path.cwd()) for name in self.names(split)]

    def verify(self, folder: Path | None) -> None:
        """All files are there.

        Raises:
            DataMissing: one is not.
        """
        self.files(folder)

    def files(self, folder: Path | None) -> tuple[Path, ...]:
        """The files of all splits, each once."""
        return tuple(dict.fromkeys(path for split in Split for path in self.paths(split, folder)))

    def origin(self) -> str:
        """Where it can be had."""
        return "the user's own files"


@dataclass(frozen=True, kw_only=True)
class OwnFile(Own):
    """One file a split, or one for all three that is divided by shares."""

    train: str | None = None
    validation: str | None = None
    test: str | None = None
    path: str | None = None
    shares: Shares = (0.8, 0.1, 0.1)

    def __post_init__(self) -> None:
        check_files(self.path, self._parts(), self.shares)

    def names(self, split: Split) -> tuple[str, ...]:
        """One file."""
        return (self.path or self._parts()[split] or "",)

    def _parts(self) -> dict[str, str | None]:
        return {Split.TRAIN: self.train, Split.VALIDATION: self.validation, Split.TEST: self.test}
