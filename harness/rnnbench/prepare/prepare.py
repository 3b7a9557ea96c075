"""Prepares a task on a dataset once: later runs and their workers read the encoded arrays from the cache.

The encoding is fitted on the training rows. Test rows are only hashed and counted here; they are stored as rows, and
first encoded by a worker that has finished training.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rnnbench.base.numerics import NUMERICS
from rnnbench.contract.batches import Arrays, Encoding
from rnnbench.contract.datasets import DataMissing, Dataset, Row, Rows, Split
from rnnbench.contract.tasks import Task
from rnnbench.prepare.atomic_folder import atomic_folder
from rnnbench.prepare.fingerprint import duplicates, fingerprint

SUMMARY, CHECKSUM, TEST = "prepared.json", "prepared.sha256", "test.json"


@dataclass(frozen=True)
class Prepared:
    """A task prepared on a dataset: the encoding and sizes, and the arrays, read from ``folder`` on demand."""

    folder: Path
    task: Task
    fingerprint: str
    encoding: Encoding
    counts: dict[str, dict[str, int]]
    chance: float
    trivial_loss: float
    notes: tuple[str, ...]

    def arrays(self, split: Split) -> Arrays:
        """The encoded rows of a split; asking for the test split reads and encodes its rows."""
        if split is not Split.TEST:
            path = self.folder / f"{split}.npz"
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                return {name: stored[name] for name in stored.files}
        return self.task.encode(self.encoding, Rows(self.test_rows(), before=self.arrays(Split.VALIDATION)))

    def test_rows(self) -> Sequence[Row]:
        """The test rows, as the dataset gave them."""
        stored = json.loads((self.folder / TEST).read_text(encoding="utf-8"))
        return [
            self.task.rows(*(tuple(value) if isinstance(value, list) else value for value in row)) for row in stored
        ]


def cache_folder() -> Path:
    """Where prepared data is kept: ``RNNBENCH_CACHE``, or ``rnnbench`` in the user's cache folder."""
    if given := os.environ.get("RNNBENCH_CACHE"):
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rnnbench"


def data_folder(given: Path | None) -> Path | None:
    """The folder of public data: ``--data-dir``, or ``RNNBENCH_DATA``, or none.

    Raises:
        DataMissing: the folder that was named does not exist.
    """
    named = given or (Path(os.environ["RNNBENCH_DATA"]) if os.environ.get("RNNBENCH_DATA") else None)
    if named is not None and not named.is_dir():
        where = "--data-dir" if given else "RNNBENCH_DATA"
        raise DataMissing(f"{where}: {named} is not a folder")
    return named.resolve() if named else None


def prepare(task: Task, dataset: Dataset, data: Path | None, cache: Path) -> Prepared:
    """Load the rows of a verified dataset, fingerprint them, and encode them unless the cache holds just these.

    Raises:
        DataMissing: the rows are missing or unusable.
    """
    rows = {split: dataset.load(split, data) for split in Split}
    for split, of_split in rows.items():
        if not of_split:
            raise DataMissing(f"dataset {dataset.name!r} has no {split} rows")
    identity = fingerprint(rows)
    key = _cache_key(task, dataset, identity)
    folder = cache / "prepared" / key
    if not _is_whole(task, folder, rows[Split.TEST]):
        shutil.rmtree(folder, ignore_errors=True)
        _write(folder, task, dataset, rows, identity)
    return open_prepared(task, folder)


def open_prepared(task: Task, folder: Path) -> Prepared:
    """Open a folder that :func:`prepare` wrote, without reading any rows."""
    summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    return Prepared(folder=folder, task=task, **{**summary, "notes": tuple(summary["notes"])})


def _is_whole(task: Task, folder: Path, test_rows: Sequence[Row]) -> bool:
    """Whether the folder is complete and undamaged, and holds these test rows; the arrays' archives have checksums."""
    try:
        prepared = open_prepared(task, folder)
        if (folder / TEST).read_text(encoding="utf-8") != _as_json(test_rows) or not _matches_checksum(folder):
            return False
        for split in (Split.TRAIN, Split.VALIDATION):
            prepared.arrays(split)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return False
    return True


def _as_json(rows: Sequence[Row]) -> str:
    return json.dumps(rows, ensure_ascii=False)


def _matches_checksum(folder: Path) -> bool:
    """Whether the summary has its stored checksum. Folders of earlier versions have none."""
    stored = folder / CHECKSUM
    known = stored.read_text(encoding="ascii") if stored.exists() else None
    return known in (None, hashlib.sha256((folder / SUMMARY).read_bytes()).hexdigest())


def _cache_key(task: Task, dataset: Dataset, identity: str) -> str:
    inputs = [NUMERICS, task.name, task.version, dataclasses.asdict(task), list(dataset.channels), identity]
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:32]


def _write(folder: Path, task: Task, dataset: Dataset, rows: dict[Split, Sequence[Row]], identity: str) -> None:
    channels = tuple(dataset.channels)
    encoding = task.fit(Rows(rows[Split.TRAIN], channels))
    training = task.encode(encoding, Rows(rows[Split.TRAIN], channels))
    validation = task.encode(encoding, Rows(rows[Split.VALIDATION], channels, training))
    counts = {
        Split.TRAIN: {"rows": len(rows[Split.TRAIN]), **task.counts(encoding, training)},
        Split.VALIDATION: {"rows": len(rows[Split.VALIDATION]), **task.counts(encoding, validation)},
        Split.TEST: {"rows": len(rows[Split.TEST])},
    }
    notes = [
        f"{count} of {len(rows[split])} {split} rows also stand in the training rows"
        for split, count in duplicates(rows).items()
        if count
    ]
    summary: dict[str, Any] = {
        "fingerprint": identity,
        "encoding": encoding,
        "counts": counts,
        "chance": task.chance(encoding, validation),
        "trivial_loss": task.trivial_loss(encoding, training, validation),
        "notes": notes,
    }
    with atomic_folder(folder) as unfinished:
        np.savez(unfinished / f"{Split.TRAIN}.npz", **training)  # type: ignore[arg-type]
        np.savez(unfinished / f"{Split.VALIDATION}.npz", **validation)  # type: ignore[arg-type]
        (unfinished / TEST).write_text(_as_json(rows[Split.TEST]), encoding="utf-8")
        content = json.dumps(summary, ensure_ascii=False).encode()
        (unfinished / SUMMARY).write_bytes(content)
        (unfinished / CHECKSUM).write_text(hashlib.sha256(content).hexdigest(), encoding="ascii")
